import { type AgentProfile, plain } from './profile.ts';

/** pi 0.73: its bash tool runs /bin/bash; keys that its user configured as commands run by /bin/sh. */
export const pi: AgentProfile = {
  ...plain,
  name: 'pi',
  programs: ['pi'],
  local: [{ line: /^\/bin\/sh -c / }],
  remoteEnv: ['PI_CODING_AGENT'],
  // Its own copies would read the whole project over the network.
  shadowed: ['.pi/agent/bin/rg', '.pi/agent/bin/fd'],
};
