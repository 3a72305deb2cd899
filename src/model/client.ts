import type { Session } from './session.ts';

/** A terminal that shows a session. What takes its keys (prompt, overlay) is state here, and plain data. */
export class AttachedClient {
  readonly id: string;
  session: Session;
  /** Session before the present one, for switch-client -l. */
  lastSession: Session | undefined;
  cols: number;
  rows: number;
  readonly terminal: ClientTerminal;
  readOnly = false;
  /** Does not count for the sizes of windows. */
  ignoreSize = false;
  focused = true;
  readonly created: number;
  activity: number;

  /** Key table of the next key; '' = the default one (root, or the pane's mode). */
  keyTable = '';
  /** Until this time (ms) keys with -r of `keyTable` need no prefix; 0: not repeating. */
  repeatUntil = 0;
  /** Between the begin and end of a paste; where it goes. */
  pasting: 'none' | 'pane' | 'prompt' | 'popup' = 'none';
  /** Number of the pane where the mouse draws a selection, -1 for none. */
  selecting = -1;
  /** Last mouse event, for `{mouse}` targets and formats. */
  mouse: MouseState | undefined;
  message: MessageState | undefined;
  prompt: PromptState | undefined;
  overlay: OverlayState | undefined;
  /** Place of the view set by refresh-client -U and the like, where the window is larger than the client; undefined = follow the cursor. */
  pan: { x: number; y: number; window: number } | undefined;

  constructor(
    id: string,
    session: Session,
    cols: number,
    rows: number,
    terminal: ClientTerminal,
    now: number,
  ) {
    this.id = id;
    this.session = session;
    this.cols = cols;
    this.rows = rows;
    this.terminal = terminal;
    this.created = now;
    this.activity = now;
  }

  /** The name that targets use: the terminal's device. */
  get name(): string {
    return this.terminal.tty || this.id;
  }
}

export interface ClientTerminal {
  readonly term: string;
  readonly features: readonly string[];
  readonly tty: string;
  readonly pid: number;
  readonly host: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface MouseState {
  /** Full name, e.g. 'MouseDown1Pane'. */
  readonly key: string;
  /** The pane's number, or -1. */
  readonly pane: number;
  readonly x: number;
  readonly y: number;
  readonly paneX: number;
  readonly paneY: number;
  /** Range of the status line: 'window|3', 'left', … */
  readonly range: string;
  readonly place: string;
  readonly button: number;
  readonly release: boolean;
  /** Where a drag that goes on began. */
  readonly dragFrom?: { readonly x: number; readonly y: number };
}

export interface MessageState {
  readonly text: string;
  /** When it goes by itself; 0: with the next key. */
  readonly until: number;
}

/** How a prompt takes keys: a line of text, one key (-1), one key by its name (-k), digits only (-N), text with a run at each key (-i). */
export type PromptMode = 'line' | 'single' | 'key' | 'number' | 'incremental';
export type PromptType = 'command' | 'search' | 'target' | 'window-target';

export interface PromptState {
  readonly id: string;
  readonly mode: PromptMode;
  readonly type: PromptType;
  /** What the answers are for: commands, a chooser's filter, or a search in it. */
  readonly purpose: 'commands' | 'filter' | 'search';
  /** confirm-before: one key; the template runs on y. */
  readonly confirm: boolean;
  /** One entry for each prompt of command-prompt -p; `answers` are of those that are done with. */
  readonly labels: readonly string[];
  readonly inputs: readonly string[];
  answers: readonly string[];
  /** Commands with %1, %% for the answers; of a block they are put in word by word. */
  readonly template: string;
  readonly block: boolean;
  value: string;
  /** In code units of `value`. */
  cursor: number;
  /** Number of entries back in the history, 0 = the new line; and the line that was left for it. */
  historyAt: number;
  draft: string;
  /** What C-w and friends cut, for C-y. */
  killed: string;
  /** Commands that follow when this prompt has been answered. */
  rest: string;
  readonly target: CommandTarget;
}

/** Numbers of the session and pane that a command was given at, so that its template runs there; -1 for none. */
export interface CommandTarget {
  readonly session: number;
  readonly pane: number;
}

export type OverlayState = ListOverlay | TextOverlay | MenuOverlay | PaneNumbersOverlay | PopupOverlay;

/** Lines of output, e.g. of list-keys. */
export interface TextOverlay {
  readonly kind: 'text';
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  scroll: number;
}

/** display-panes. */
export interface PaneNumbersOverlay {
  readonly kind: 'pane-numbers';
  readonly id: string;
  /** ms since 1970; 0: until a key. */
  readonly until: number;
  readonly template: string;
  readonly block: boolean;
  rest: string;
  readonly target: CommandTarget;
}

/** choose-tree, choose-client, choose-buffer, customize-mode; what is listed follows the server. */
export interface ListOverlay {
  readonly kind: 'list';
  readonly id: string;
  readonly source: 'tree' | 'client' | 'buffer' | 'options';
  readonly template: string;
  readonly block: boolean;
  readonly format: string;
  readonly sort: string;
  reversed: boolean;
  readonly target: CommandTarget;
  /** Sessions (`$1`), windows (`@1`), groups of options and arrays whose children are shown. */
  expanded: readonly string[];
  /** Values that are tagged, for X. */
  tagged: readonly string[];
  /** A format, or text that the label must hold; '' for all. */
  filter: string;
  search: string;
  /** Value of the item under the cursor. */
  selected: string;
  /** The window was zoomed for it (-Z) and goes back at the end. */
  readonly zoomed: boolean;
}

/** display-popup: a program in a box over the panes. */
export interface PopupOverlay {
  readonly kind: 'popup';
  readonly id: string;
  /** Names its program towards the holder, and its frames. */
  readonly pane: string;
  readonly title: string;
  /** As asked for, border included; see popupBox for where it is. */
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
  /** popup-border-lines; 'none': no border. */
  readonly lines: string;
  readonly style: string;
  readonly borderStyle: string;
  /** When it goes by itself: with its program (-E), only if that succeeds (-EE), never. */
  readonly closes: 'exit' | 'success' | 'never';
  /** The program has ended; its screen is still shown. */
  ended: boolean;
  /** Commands that follow. */
  rest: string;
  readonly target: CommandTarget;
}

export interface MenuItem {
  /** '' is a separator; a name that begins with '-' cannot be chosen. */
  readonly label: string;
  readonly key: string;
  readonly command: string;
}

export interface MenuOverlay {
  readonly kind: 'menu';
  readonly id: string;
  readonly title: string;
  readonly items: readonly MenuItem[];
  /** -1: none. */
  selected: number;
  readonly x: number;
  readonly y: number;
  readonly target: CommandTarget;
  readonly mouse: MouseState | undefined;
  /** Stays open when the mouse button is released outside (-O). */
  readonly stay: boolean;
}
