import { Signal } from '../../base/signal.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { usedColumns } from './cell-reader.ts';
import type { LinkUris } from './cell-style.ts';
import { Colours, type ColoursState } from './colours.ts';
import { printFast } from './fast-print.ts';
import { HistoryJoiner, type HistorySink } from './history-line.ts';
import { InputModes, type InputModesState } from './input-modes.ts';
import { LinkTable, usedLinks } from './links.ts';
import { cursorShape, registerQueries } from './queries.ts';
import { resizeXterm } from './resize.ts';
import { ScreenRows } from './screen-rows.ts';
import { completeUtf8Length } from './utf8.ts';
import { charProperties, codePointWidth } from './width.ts';
import {
  createXterm,
  MINIMUM_COLS,
  type RawBuffer,
  type RawLine,
  type XtermHandle,
} from './xterm-internals.ts';
import { restoreXterm, saveXterm, type XtermState } from './xterm-state.ts';

/** Rows of scrollback that stay in the emulator; older ones go to the sink. */
export const LIVE_SCROLLBACK = 2000;

/** Parsed at a time: small enough that another pane of the thread waits 1-2 ms at most. */
const PARSE_BYTES = 64 * 1024;

/** CAN ends any sequence that has begun; RIS resets. */
const RESET = Buffer.from('\x18\x1bc');

/** Grows when an old state can no longer be read. */
const STATE_VERSION = 1;

export interface EmulatorOptions {
  readonly cols: number;
  readonly rows: number;
  readonly sink: HistorySink;
  /** Of zmx, for XTVERSION. */
  readonly version: string;
  /** Rows of scrollback to keep live, for tests. */
  readonly scrollback?: number;
}

export type EmulatorEvent =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'bell' }
  /** OSC 7 */
  | { readonly kind: 'cwd'; readonly path: string }
  /** OSC 52 */
  | { readonly kind: 'clipboard'; readonly text: string };

/** An answer to a terminal query; `ordinal` counts all answers since the emulation began, so that a replay numbers them alike. */
export interface Answer {
  readonly ordinal: number;
  readonly bytes: Uint8Array;
}

export interface Cursor {
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  /** DECSCUSR parameter 0-6. */
  readonly shape: number;
  /** `#rrggbb`, '' for the terminal's own. */
  readonly colour: string;
}

/**
 * A terminal without a window: @xterm/headless, with what it lacks added (links,
 * colours, keyboard protocols, queries, width of emoji), every parse synchronous,
 * and the rows that leave handed to a sink. What it does depends on the bytes alone
 * and not on how they were cut, so that a replay comes to the same state.
 */
export class Emulator {
  readonly events = new Signal<EmulatorEvent>();
  readonly links = new LinkTable();
  /** The URI of a cell's link. */
  readonly uris: LinkUris = (id) => this.links.uri(id);
  readonly screen = new ScreenRows(this.uris);
  readonly xterm: XtermHandle;
  readonly input: InputModes;
  readonly colours: Colours;
  readonly history: HistoryJoiner;
  readonly scrollback: number;
  #cols: number;
  #rows: number;
  /** Bytes of a character that the next write completes. */
  #rest: Uint8Array = new Uint8Array(0);
  #ordinal = 0;
  #answers: Answer[] = [];
  /** Rows that the whole screen moved up since the last look. */
  #moved = 0;

  constructor(options: EmulatorOptions) {
    this.#cols = options.cols;
    this.#rows = options.rows;
    this.scrollback = options.scrollback ?? LIVE_SCROLLBACK;
    const size = {
      cols: Math.max(options.cols, MINIMUM_COLS),
      rows: options.rows,
      scrollback: this.scrollback,
    };
    this.xterm = createXterm(size, {
      version: 'zmx',
      wcwidth: codePointWidth,
      charProperties,
    });
    this.history = new HistoryJoiner(this.uris, options.sink);
    const reply = (text: string): void => this.#answer(text);
    printFast(this.xterm.core);
    this.#hookScrolling();
    this.#registerHandlers();
    this.xterm.terminal.onData(reply);
    this.input = new InputModes(this.xterm, reply);
    this.colours = new Colours(this.xterm, reply);
    registerQueries(this.xterm, options.version, reply);
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Parses everything before it returns. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PARSE_BYTES) this.#parse(bytes.subarray(at, at + PARSE_BYTES));
  }

  resize(cols: number, rows: number): void {
    if (cols === this.#cols && rows === this.#rows) return;
    this.#cols = cols;
    this.#rows = rows;
    const size = { cols: Math.max(cols, MINIMUM_COLS), rows, scrollback: this.scrollback };
    resizeXterm(this.xterm, size, (row, next) => this.history.leave(row, next));
  }

  /** Answers to queries since the last call, in order. */
  takeAnswers(): Answer[] {
    const answers = this.#answers;
    if (answers.length > 0) this.#answers = [];
    return answers;
  }

  get buffer(): RawBuffer {
    return this.xterm.core._bufferService.buffer;
  }

  get normalBuffer(): RawBuffer {
    return this.xterm.core._bufferService.buffers.normal;
  }

  get alternate(): boolean {
    return this.buffer !== this.normalBuffer;
  }

  get title(): string {
    return this.xterm.core._inputHandler._windowTitle;
  }

  get cursor(): Cursor {
    const { x, y } = this.buffer;
    return {
      x: Math.min(x, this.#cols - 1),
      y: Math.min(y, this.#rows - 1),
      visible: !this.xterm.core.coreService.isCursorHidden,
      shape: cursorShape(this.xterm),
      colour: this.colours.cursor,
    };
  }

  /** DECSET 2026: the program is in the middle of an update. */
  get updating(): boolean {
    return this.xterm.core.coreService.decPrivateModes.synchronizedOutput;
  }

  /** Brings `screen` up to date with what is visible now. */
  look(): void {
    const { buffer } = this;
    this.screen.begin(this.#cols, this.#rows, this.#moved);
    this.#moved = 0;
    for (let y = 0; y < this.#rows; y++) {
      const line = buffer.lines.get(buffer.ybase + y);
      if (line) this.screen.setLine(y, line);
    }
  }

  /** Modes, colours and screen as new; the history stays (send-keys -R). */
  reset(): void {
    this.write(RESET);
  }

  /** The child is another one: what is on the screen goes to the history, and nothing else is taken over. */
  startAnew(): void {
    this.reset();
    this.#ordinal = 0;
    this.takeAnswers();
  }

  /** Drops live and spilled history; the screen stays. */
  clearHistory(): void {
    const { normal } = this.xterm.core._bufferService.buffers;
    normal.lines.trimStart(normal.ybase);
    normal.savedY = Math.max(0, normal.savedY - normal.ybase);
    normal.ybase = 0;
    normal.ydisp = 0;
    this.history.clear();
  }

  /** Everything that the bytes so far have led to, in parts to be stored one after another. */
  saveState(): Uint8Array[] {
    const { state, lines } = saveXterm(this.xterm.core);
    if (this.links.crowded) this.links.keepOnly(usedLinks(this.xterm.core));
    const open = this.history.open;
    const own: OwnState = {
      cols: this.#cols,
      rows: this.#rows,
      rest: [...this.#rest],
      ordinal: this.#ordinal,
      links: this.links.entries(),
      input: this.input.state,
      colours: this.colours.state,
      open: open && { cells: open.cells, wide: open.wide },
      xterm: state,
    };
    const head = new ByteWriter(16 * 1024);
    head.byte(STATE_VERSION);
    head.text(JSON.stringify(own));
    head.varint(open?.bytes.length ?? 0);
    return [head.view(), ...(open ? [open.bytes] : []), lines];
  }

  /**
   * Takes the place of the emulator that saved this state. What it would have
   * answered, told or shown before is not repeated.
   * @throws Error when the state is of another version or damaged; this emulator is useless then.
   */
  restoreState(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== STATE_VERSION)
      throw new Error(`the screen was saved in format ${version}, not ${STATE_VERSION}`);
    const own = JSON.parse(reader.text()) as OwnState;
    const open = reader.bytes(reader.varint());
    this.resize(own.cols, own.rows);
    this.#rest = Uint8Array.from(own.rest);
    this.#ordinal = own.ordinal;
    this.links.restore(own.links);
    this.input.restore(own.input);
    this.colours.restore(own.colours);
    this.history.restore(own.open && { ...own.open, bytes: open });
    restoreXterm(this.xterm.core, own.xterm, reader);
  }

  dispose(): void {
    this.xterm.terminal.dispose();
  }

  #parse(bytes: Uint8Array): void {
    const handler = this.xterm.core._inputHandler;
    let whole = bytes;
    if (this.#rest.length > 0) {
      whole = new Uint8Array(this.#rest.length + bytes.length);
      whole.set(this.#rest);
      whole.set(bytes, this.#rest.length);
    }
    const length = completeUtf8Length(whole);
    this.#rest = whole.slice(length);
    if (length > 0) handler.parse(length === whole.length ? whole : whole.subarray(0, length));
    // The emulator's decoder loses characters that were cut after a byte 0x80, so it never gets to wait for one.
    handler._utf8Decoder.clear();
  }

  #answer(text: string): void {
    if (text === '') return;
    this.#answers.push({ ordinal: ++this.#ordinal, bytes: Buffer.from(text, 'latin1') });
  }

  /** The emulator drops its oldest row in `scroll` and nowhere else between resizes. */
  #hookScrolling(): void {
    const service = this.xterm.core._bufferService;
    const scroll = service.scroll;
    service.scroll = (erase, isWrapped) => {
      const { buffer } = service;
      if (buffer.scrollTop === 0) {
        if (buffer.lines.isFull && buffer === service.buffers.normal) this.#leave(buffer, 0);
        if (buffer.scrollBottom === this.#rows - 1) this.#moved++;
      }
      scroll.call(service, erase, isWrapped);
    };
  }

  #leave(buffer: RawBuffer, index: number): void {
    const { lines } = buffer;
    // The ring has left-over rows beyond its end.
    const next = index + 1 < lines.length ? lines.get(index + 1) : undefined;
    this.history.leave(lines.get(index) as RawLine, next);
  }

  #registerHandlers(): void {
    const { terminal, core } = this.xterm;
    const { parser } = terminal;
    terminal.onBell(() => this.events.emit({ kind: 'bell' }));
    terminal.onTitleChange((title) => this.events.emit({ kind: 'title', title }));
    parser.registerOscHandler(7, (text) => {
      const path = /^(?:file|kitty-shell-cwd):\/\/[^/]*(\/.*)$/.exec(text)?.[1];
      if (path !== undefined) this.events.emit({ kind: 'cwd', path: percentDecoded(path) });
      return true;
    });
    parser.registerOscHandler(8, (text) => {
      this.links.apply(text, core._inputHandler);
      return true;
    });
    parser.registerOscHandler(52, (text) => {
      const base64 = /^[^;]*;([A-Za-z0-9+/=]*)$/.exec(text)?.[1];
      if (base64) this.events.emit({ kind: 'clipboard', text: Buffer.from(base64, 'base64').toString() });
      return true;
    });
    // A screen that is cleared as a whole goes to the history first, as in tmux (scroll-on-clear).
    parser.registerCsiHandler({ final: 'J' }, ([what]) => {
      const { x, y } = this.buffer;
      if (what === 3 && !this.alternate) this.history.clear();
      else if (what === 2 || (!what && x === 0 && y === 0)) this.#keepScreen();
      return false;
    });
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#keepAll();
      this.input.reset();
      this.colours.reset();
      return false;
    });
  }

  /** Scrolls what is on the normal screen into the history. */
  #keepScreen(): void {
    if (this.alternate) return;
    const { buffer } = this;
    const service = this.xterm.core._bufferService;
    const { scrollTop, scrollBottom } = buffer;
    let used = this.#rows;
    while (used > 0 && usedColumns(buffer.lines.get(buffer.ybase + used - 1) as RawLine) === 0) used--;
    buffer.scrollTop = 0;
    buffer.scrollBottom = this.#rows - 1;
    const erase = this.xterm.core._inputHandler._eraseAttrData();
    for (let i = 0; i < used; i++) service.scroll(erase);
    buffer.scrollTop = scrollTop;
    buffer.scrollBottom = scrollBottom;
  }

  /** A reset makes new buffers: history and screen go to the sink as a whole. */
  #keepAll(): void {
    const { normal } = this.xterm.core._bufferService.buffers;
    let end = normal.ybase + this.#rows;
    while (end > 0 && usedColumns(normal.lines.get(end - 1) as RawLine) === 0) end--;
    for (let i = 0; i < end; i++) this.#leave(normal, i);
    this.history.flush();
  }
}

/** The part of a checkpoint that is text. */
interface OwnState {
  cols: number;
  rows: number;
  rest: number[];
  ordinal: number;
  links: [id: number, uri: string][];
  input: InputModesState;
  colours: ColoursState;
  open: { cells: number; wide: boolean } | undefined;
  xterm: XtermState;
}

function percentDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
