import { matcherOf } from './fnmatch.ts';
import type { ShellState } from './shell-state.ts';

/** What a new shell gets of the one that its pane had. */
export interface RestoredShell {
  /** '' for the folder that it is started in. */
  readonly cwd: string;
  /** To be set over the session's environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly umask: number | undefined;
  /** Command lines for the shell's history, oldest first: Up gives the last one. */
  readonly recent: readonly string[];
}

/**
 * Variables that name something of one login, one terminal, one process or one host: after
 * a reboot, and in another pane, the session's own are the right ones.
 */
const TRANSIENT = [
  ...['_', 'PWD', 'OLDPWD', 'SHLVL', 'PPID', 'COLUMNS', 'LINES', 'WINDOWID'],
  ...['HOME', 'USER', 'LOGNAME', 'SHELL', 'HOSTNAME', 'MAIL'],
  ...['TERM', 'TERM_*', 'TERMINFO*', 'COLORTERM', 'VTE_VERSION', 'TTY', 'GPG_TTY', 'SSH_TTY'],
  ...['DISPLAY', 'WAYLAND_*', 'XAUTHORITY', 'ICEAUTHORITY', 'SESSION_MANAGER', 'DBUS_*', 'XDG_RUNTIME_DIR'],
  ...['XDG_SESSION_*', 'XDG_SEAT*', 'XDG_VTNR', 'SSH_*', 'GPG_AGENT_INFO', 'KRB5CCNAME', 'GNOME_KEYRING_*'],
  ...['ZMX', 'ZMX_*', 'TMUX', 'TMUX_*', 'STY', 'WINDOW', 'INVOCATION_ID', 'JOURNAL_STREAM', 'NOTIFY_SOCKET'],
  ...['LISTEN_*', 'MAINPID', 'MEMORY_PRESSURE_*', 'STARSHIP_SESSION_KEY', 'BASH_ENV', 'ENV', 'ZDOTDIR'],
].map((pattern) => matcherOf(pattern));

/**
 * What is given to a shell that takes the place of another, in a respawned pane and in one
 * that comes back after a reboot alike. What was left out as secret is the session's.
 *
 * @param following names that follow the attached client (`update-environment`)
 */
export function restoredShell(state: ShellState, following: readonly string[]): RestoredShell {
  const kept = Object.entries(state.variables).filter(
    ([name]) => !following.includes(name) && !TRANSIENT.some((matches) => matches(name)),
  );
  return {
    cwd: state.cwd,
    variables: Object.fromEntries(kept),
    umask: state.umask,
    recent: state.recent,
  };
}
