import { type AgentProfile, plain } from './profile.ts';

export const codex: AgentProfile = { ...plain, name: 'codex', programs: ['codex'] };
