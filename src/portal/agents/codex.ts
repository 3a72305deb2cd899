import { type AgentProfile, plain } from './profile.ts';

/** Codex 0.169: runs commands by the shell of the passwd entry, in a session of their own. */
export const codex: AgentProfile = {
  ...plain,
  name: 'Codex',
  programs: ['codex'],
  // A daemon that outlives the program would outlive the portal, and run its commands after it.
  args: ['-c', 'features.daemon_auto_start=false'],
  // `notify` of its configuration gets the event as an argument
  local: [{ line: /"type":\s*"(agent-turn-complete|approval-requested)"/ }],
  // What the host's login shell sets, told over its output and kept here; it is tried, and then read by each command.
  readFiles: [/\. ["']([^"']*\/shell_snapshots\/[^"'/]+)["']/],
  remoteEnv: ['CODEX_*', 'PAGER', 'GIT_PAGER', 'GH_PAGER'],
  notes: [
    "Codex's own sandbox keeps commands from the portal; use --sandbox danger-full-access, the host is the other machine",
  ],
};
