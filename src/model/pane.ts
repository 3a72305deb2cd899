import { Options } from './options/values.ts';
import type { PaneExit, PaneInfo } from './pane-info.ts';
import type { Foreground, Restoration } from './restoration.ts';
import type { ShellState } from './shell-state.ts';
import type { Window } from './window.ts';

/** pipe-pane's command and the directions of its pipe. */
export interface PanePipe {
  readonly command: string;
  /** The command types into the pane. */
  readonly stdin: boolean;
  /** The command gets what the pane prints. */
  readonly stdout: boolean;
}

/**
 * One pane of a window: a program of this host, or a *view* of a pane that another
 * host's daemon runs. Its uuid names it in frames and towards the holder; its
 * number (`%3`) is local to this daemon.
 */
export class Pane {
  readonly id: number;
  readonly uuid: string;
  /** The host whose daemon runs the pane; '' = this one. */
  readonly host: string;
  readonly options: Options;
  window: Window;

  /** Words of the command, or one string for the shell; empty for the default shell or command. */
  startCommand: readonly string[] = [];
  startPath = '';
  /** Shell that was default-shell at the start. */
  shell = '';
  /** Environment of -e, on top of the session's. */
  startEnvironment: Readonly<Record<string, string>> = {};
  /** Operation of the spawn; a respawn has a new one. */
  op = '';
  pid = 0;
  tty = '';
  /** Set by select-pane -T; until a program sets its own title, which arrives in `info`. */
  title = '';
  exit: PaneExit | undefined;
  /** Was made without a program, to show what it is given (`split-window -I`, `display-message -I`). */
  empty = false;
  inputOff = false;
  pipe: PanePipe | undefined;
  /** Came back after the loss of its holder: layout and history are of before, the program is not. */
  restored = false;
  /** How, when, and what is still to be typed. */
  restoration: Restoration | undefined;
  /** Last seen in front; undefined until /proc has been looked at. */
  foreground: Foreground | undefined;
  /** ms since a view's last word from its host, while it is stale. */
  staleMs: number | undefined;

  /** Place in the window, in cells. */
  x = 0;
  y = 0;
  cols = 0;
  rows = 0;

  // Kept up to date by the daemon, not part of a snapshot.
  info: PaneInfo | undefined;
  /** What its shell has told; in a file of its own. */
  shellState: ShellState | undefined;
  /** From /proc: working folder and name of the foreground command. */
  currentPath = '';
  currentCommand = '';
  /** What was last searched for in copy mode. */
  searchString = '';
  /** Count that the next copy-mode command gets (send-keys -N), 0 for none. */
  prefixCount = 0;
  /** The clock-mode of the pane. */
  clock = false;

  constructor(id: number, uuid: string, window: Window, host = '') {
    this.id = id;
    this.uuid = uuid;
    this.host = host;
    this.window = window;
    this.options = new Options(window.options);
  }

  get name(): string {
    return `%${this.id}`;
  }

  /** No program runs in it. */
  get dead(): boolean {
    return this.exit !== undefined || this.empty;
  }

  /** Where its shell is: as the shell itself tells while it waits at its prompt, else as /proc does of who runs. */
  get path(): string {
    const { shellState } = this;
    return (shellState?.phase === 'prompt' && shellState.cwd) || this.currentPath || this.startPath;
  }

  get inCopyMode(): boolean {
    return this.info?.copy?.active ?? false;
  }

  /** Index in the window, from pane-base-index on. */
  get index(): number {
    return this.window.panes.indexOf(this) + this.window.options.number('pane-base-index');
  }
}
