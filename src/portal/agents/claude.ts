import { type AgentProfile, plain } from './profile.ts';

/** Claude Code 2.1: its Bash tool runs bash or zsh; what its user configured runs by /bin/sh. */
export const claude: AgentProfile = {
  ...plain,
  name: 'Claude Code',
  programs: ['claude'],
  local: [
    // hooks, status line, apiKeyHelper and the like
    { line: /^\/bin\/sh -c / },
    // and the shells and git that a hook starts
    { env: ['CLAUDE_PROJECT_DIR'] },
  ],
  remoteEnv: ['AI_AGENT', 'CLAUDECODE', 'CLAUDE_CODE_ENTRYPOINT', 'CLAUDE_CODE_SESSION_ID', 'GIT_EDITOR'],
  rewrites: [
    // The snapshot of its shell would carry this machine's PATH to the host; without one it uses login shells there.
    { pattern: /^SNAPSHOT_FILE=\S+/, by: 'SNAPSHOT_FILE=/dev/null' },
  ],
};
