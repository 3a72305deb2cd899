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
  // Once at start it keeps what a login shell sets in a snapshot, which each command reads. It is the host's
  // login shell; what lies here only tells the program that there is one.
  sideFiles: [/^SNAPSHOT_FILE=(\S+)/],
  madeFiles: [/^source (\S+\/shell-snapshots\/\S+)/],
  rewrites: [
    // The program writes its own PATH into the snapshot.
    {
      pattern: /^ *cat >> "\$SNAPSHOT_FILE" << '(PATH_END_\w+)'\nexport PATH=.*\n\1$/m,
      by: 'printf "export PATH=%q\\n" "$PATH" >> "$SNAPSHOT_FILE"',
    },
  ],
};
