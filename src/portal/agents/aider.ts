import { type AgentProfile, plain } from './profile.ts';

/** aider: runs commands by /bin/sh -c or $SHELL, and the user's editor the same way. */
export const aider: AgentProfile = {
  ...plain,
  name: 'aider',
  programs: ['aider'],
  local: [{ line: /^(\/bin\/)?sh -c (\S*\/)?(vi|vim|nvim|nano|emacs|code|subl|hx|micro)\s/ }],
  env: { AIDER_CHECK_UPDATE: 'false' },
};
