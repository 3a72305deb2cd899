/** What the emulator of a pane tells the rest of the daemon: plain data, so that the model needs no emulator. */

/** What key encoding, formats and the compositor need to know without asking. */
export interface PaneInfo {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  /** Lines of history that can be scrolled to. */
  readonly historySize: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly alternate: boolean;
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  readonly bracketedPaste: boolean;
  readonly focusEvents: boolean;
  /** DECSET 9, 1000, 1002, 1003. */
  readonly mouse: 'none' | 'x10' | 'normal' | 'button' | 'any';
  readonly mouseEncoding: 'default' | 'utf8' | 'sgr' | 'urxvt' | 'sgr-pixels';
  /** xterm's modifyOtherKeys level, and kitty keyboard flags. */
  readonly modifyOtherKeys: 0 | 1 | 2;
  readonly kittyKeyboard: number;
  /** undefined unless the pane is in copy mode. */
  readonly copy: CopyState | undefined;
  /** false while recovery checkpoints cannot be written, with the reason. */
  readonly crashSafe: true | string;
  /** Why output is not logged though it should be. */
  readonly logged: true | string;
}

export interface CopyState {
  readonly active: boolean;
  readonly x: number;
  readonly y: number;
  /** Lines scrolled back from the bottom. */
  readonly scroll: number;
  readonly selecting: boolean;
  /** Text that the command copied, if it copied. */
  readonly copied?: string;
  /** The command asked for more: 'search-forward', 'search-backward', 'jump-forward', … or a message to show. */
  readonly message?: string;
}

export interface CaptureOptions {
  /** Line numbers as in tmux: 0 is the first visible row, negative ones are history; undefined = visible ends, '-' = far end. */
  readonly start?: number | '-';
  readonly end?: number | '-';
  /** -e: with escape sequences for attributes. */
  readonly escapes?: boolean;
  /** -J: join wrapped rows and keep trailing spaces. */
  readonly join?: boolean;
  /** -N: keep trailing spaces. */
  readonly trailing?: boolean;
  /** -a: the alternate screen. */
  readonly alternate?: boolean;
  /** -C: control characters and backslashes as octal escapes. */
  readonly octal?: boolean;
  /** -M / while in copy mode: what the mode shows. */
  readonly mode?: boolean;
}

/** How a pane's program ended. */
export interface PaneExit {
  /** Exit status 0-255, or 128 + signal as a shell reports it. */
  readonly code: number;
  /** Signal number that ended it, 0 for none. */
  readonly signal: number;
  /** ms since 1970. */
  readonly time: number;
}
