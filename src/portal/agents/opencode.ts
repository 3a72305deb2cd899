import { type AgentProfile, plain } from './profile.ts';

/** opencode 1.18: its bash tool runs $SHELL; MCP servers and helpers that its user configured run by sh. */
export const opencode: AgentProfile = {
  ...plain,
  name: 'opencode',
  programs: ['opencode'],
  local: [{ line: /^(\/bin\/)?sh -c / }],
  // A watch of the mount gets no events of the host's; the portal keeps files fresh by itself.
  env: { OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER: 'true', OPENCODE_DISABLE_FFF: 'true' },
  remoteEnv: ['AGENT', 'OPENCODE', 'OPENCODE_PID'],
};
