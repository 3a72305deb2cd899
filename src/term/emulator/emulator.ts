import type { Signal } from '../../base/signal.ts';
import type { LinkUris } from './cell-style.ts';
import { Colours } from './colours.ts';
import { decodeState, encodeState } from './emulator-state.ts';
import { printFast } from './fast-print.ts';
import { guardAgainstOutput } from './guards.ts';
import { HistoryJoiner, type HistorySink } from './history-line.ts';
import { InputModes } from './input-modes.ts';
import { LinkTable, usedLinks } from './links.ts';
import { type ProgramEvent, programEvents } from './program-events.ts';
import { cursorShape, registerQueries } from './queries.ts';
import { ScreenRows } from './screen-rows.ts';
import { copyRow, Scrollback } from './scrollback.ts';
import { completeUtf8Length } from './utf8.ts';
import { charProperties, codePointWidth } from './width.ts';
import {
  createXterm,
  MINIMUM_COLS,
  OscState,
  ParserState,
  type RawBuffer,
  type RawLine,
  type XtermHandle,
} from './xterm-internals.ts';
import { restoreXterm, saveXterm } from './xterm-state.ts';

/** Rows of scrollback that stay in the emulator; older ones go to the sink. */
export const LIVE_SCROLLBACK = 2000;

/** Parsed at a time: each emulator keeps a buffer of four times this. */
const PARSE_BYTES = 16 * 1024;

/** CAN ends any sequence that has begun; RIS resets. */
const RESET = Buffer.from('\x18\x1bc');
const NEXT_ROW = Buffer.from('\r\n');

export interface EmulatorOptions {
  readonly cols: number;
  readonly rows: number;
  readonly sink: HistorySink;
  /** Of zmx, for XTVERSION. */
  readonly version: string;
  /** Told when the emulator fails at some output; it goes on behind that. */
  readonly fault?: (error: Error) => void;
  /** Rows of scrollback to keep live, for tests. */
  readonly scrollback?: number;
}

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
  readonly events: Signal<ProgramEvent>;
  readonly links = new LinkTable();
  /** The URI of a cell's link. */
  readonly uris: LinkUris = (id) => this.links.uri(id);
  readonly screen = new ScreenRows(this.uris);
  readonly xterm: XtermHandle;
  readonly input: InputModes;
  readonly colours: Colours;
  readonly history: HistoryJoiner;
  readonly #scrollback: Scrollback;
  #cols: number;
  #rows: number;
  /** Bytes of a character that the next write completes. */
  #rest: Uint8Array = new Uint8Array(0);
  readonly #fault: (error: Error) => void;
  #ordinal = 0;
  #answers: Answer[] = [];

  constructor(options: EmulatorOptions) {
    this.#cols = options.cols;
    this.#rows = options.rows;
    this.#fault = options.fault ?? (() => {});
    const scrollback = options.scrollback ?? LIVE_SCROLLBACK;
    const size = { cols: Math.max(options.cols, MINIMUM_COLS), rows: options.rows, scrollback };
    this.xterm = createXterm(size, { version: 'zmx', wcwidth: codePointWidth, charProperties });
    const { terminal, core } = this.xterm;
    const reply = (text: string): void => this.#answer(text);
    printFast(core);
    guardAgainstOutput(this.xterm);
    terminal.onData(reply);
    this.history = new HistoryJoiner(this.uris, options.sink);
    this.#scrollback = new Scrollback(this.xterm, this.history, scrollback);
    this.events = programEvents(this.xterm);
    this.input = new InputModes(this.xterm, reply);
    this.colours = new Colours(this.xterm, reply);
    registerQueries(this.xterm, options.version, reply);
    // What the emulator forgets of RIS.
    terminal.parser.registerEscHandler({ final: 'c' }, () => {
      core.coreService.isCursorHidden = false;
      return false;
    });
    terminal.parser.registerOscHandler(8, (text) => {
      this.links.apply(text, core._inputHandler);
      return true;
    });
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
    this.#scrollback.resize(Math.max(cols, MINIMUM_COLS), rows);
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

  /** The output so far ends in the middle of an OSC of this number, or of one that may still become it. */
  inOsc(number: number): boolean {
    const { currentState, _oscParser } = this.xterm.core._inputHandler._parser;
    if (currentState === ParserState.escape) return true;
    if (currentState !== ParserState.osc) return false;
    const { _state, _id } = _oscParser;
    if (_state === OscState.payload) return _id === number;
    return _id < 0 || String(number).startsWith(String(_id));
  }

  /** Brings `screen` up to date with what is visible now. */
  look(): void {
    const { buffer } = this;
    this.screen.begin(this.#cols, this.#rows, this.#scrollback.takeMoved());
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
    this.#rest = new Uint8Array(0);
    this.reset();
    this.#ordinal = 0;
    this.takeAnswers();
  }

  /**
   * The child is another one, and begins below what is on the normal screen, which stays with its scrollback.
   * @returns what the alternate screen showed, without the blank rows at its end; empty where it was not shown.
   */
  startBelow(): readonly RawLine[] {
    const shown = this.alternate ? this.#scrollback.usedScreen() : [];
    this.#scrollback.keepThrough(() => this.startAnew());
    return shown;
  }

  /** Puts rows of another screen where the cursor is and below, as if a program had printed them. */
  printRows(rows: readonly RawLine[]): void {
    for (const [i, row] of rows.entries()) {
      const { lines, ybase, y } = this.buffer;
      copyRow(row, lines.get(ybase + y) as RawLine, i > 0);
      this.write(NEXT_ROW);
    }
  }

  /** Drops what is below the cursor; the history moves down into its place. */
  trimBelow(): void {
    this.#scrollback.trimBelow();
  }

  /** Drops live and spilled history; the screen stays. */
  clearHistory(): void {
    this.#scrollback.clear();
  }

  /** Everything that the bytes so far have led to, in parts to be stored one after another. */
  saveState(): Uint8Array[] {
    if (this.links.crowded) this.links.keepOnly(usedLinks(this.xterm.core));
    const { state: xterm, lines } = saveXterm(this.xterm.core);
    const state = {
      cols: this.#cols,
      rows: this.#rows,
      rest: [...this.#rest],
      ordinal: this.#ordinal,
      links: this.links.entries(),
      input: this.input.state,
      colours: this.colours.state,
      xterm,
    };
    return encodeState(state, this.history.open, lines);
  }

  /**
   * Takes the place of the emulator that saved this state. What it would have
   * answered, told or shown before is not repeated.
   * @throws Error when the state is of another version or damaged; this emulator is useless then.
   */
  restoreState(bytes: Uint8Array): void {
    const { state, open, lines } = decodeState(bytes);
    this.resize(state.cols, state.rows);
    this.#rest = Uint8Array.from(state.rest);
    this.#ordinal = state.ordinal;
    this.links.restore(state.links);
    this.input.restore(state.input);
    this.colours.restore(state.colours);
    this.history.restore(open);
    restoreXterm(this.xterm.core, state.xterm, lines);
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
    try {
      if (length > 0) handler.parse(length === whole.length ? whole : whole.subarray(0, length));
    } catch (error) {
      // The rest of this piece is lost; a thread that died of it would die again at every replay.
      handler._parser.reset();
      this.#fault(error as Error);
    }
    // The emulator's decoder loses characters that were cut after a byte 0x80, so it never gets to wait for one.
    handler._utf8Decoder.clear();
  }

  #answer(text: string): void {
    if (text === '') return;
    this.#answers.push({ ordinal: ++this.#ordinal, bytes: Buffer.from(text, 'latin1') });
  }
}
