import { basename } from 'node:path';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { type AgentProfile, plain } from './profile.ts';

/** Every agent that has data of its own. */
export const profiles: readonly AgentProfile[] = [claude, codex, opencode, pi, aider];

/** The data of the agent that this program is. */
export function profileOf(program: string): AgentProfile {
  const name = basename(program);
  return profiles.find(({ programs }) => programs.includes(name)) ?? plain;
}
