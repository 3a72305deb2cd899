import { usedColumns } from './cell-reader.ts';
import type { HistoryJoiner } from './history-line.ts';
import { resizeXterm } from './resize.ts';
import { Cell, Content, type RawBuffer, type RawLine, type XtermHandle } from './xterm-internals.ts';

/**
 * Sees to it that every row that leaves the emulator reaches the history: rows that
 * scroll out of its scrollback, and, as in tmux (scroll-on-clear), what a program
 * clears as a whole.
 */
export class Scrollback {
  /** Rows of scrollback that stay in the emulator. */
  readonly limit: number;
  readonly #xterm: XtermHandle;
  readonly #history: HistoryJoiner;
  #moved = 0;
  /** RIS leaves the normal screen where it is, since `keepThrough` puts it back. */
  #keeping = false;

  constructor(xterm: XtermHandle, history: HistoryJoiner, limit: number) {
    this.#xterm = xterm;
    this.#history = history;
    this.limit = limit;
    this.#hookScrolling();
    const { parser } = xterm.terminal;
    parser.registerCsiHandler({ final: 'J' }, ([what]) => {
      const { x, y } = xterm.core._bufferService.buffer;
      if (what === 3 && !this.#alternate) this.#history.clear();
      else if (what === 2 || (!what && x === 0 && y === 0)) this.#keepScreen();
      return false;
    });
    // RIS makes new buffers.
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#keepAll();
      return false;
    });
  }

  /** Rows that the whole screen has moved up since the last call. */
  takeMoved(): number {
    const moved = this.#moved;
    this.#moved = 0;
    return moved;
  }

  resize(cols: number, rows: number): void {
    const { lines } = this.#xterm.core._bufferService.buffers.normal;
    for (let i = 0; i < lines.length; i++) forgetUsed(lines.get(i));
    const size = { cols, rows, scrollback: this.limit };
    resizeXterm(this.#xterm, size, (row, next) => this.#history.leave(row, next));
  }

  /**
   * The normal screen and its scrollback come through a reset of the emulator row by row as
   * they are, so that a line that wraps is the same line afterwards; the cursor is below its text.
   */
  keepThrough(reset: () => void): void {
    const { _bufferService: service, _inputHandler: handler, rows } = this.#xterm.core;
    const { lines, ybase } = service.buffers.normal;
    this.#keeping = true;
    try {
      reset();
    } finally {
      this.#keeping = false;
    }
    const { normal } = service.buffers;
    Object.assign(normal, { lines, ybase, ydisp: ybase });
    const used = usedRows(normal, ybase, rows);
    for (let y = used; y < rows; y++) (lines.get(ybase + y) as RawLine).isWrapped = false;
    if (used === rows) service.scroll(handler._eraseAttrData());
    normal.x = 0;
    normal.y = Math.min(used, rows - 1);
  }

  /** Drops live and spilled history; the screen stays. */
  clear(): void {
    const { normal } = this.#xterm.core._bufferService.buffers;
    normal.lines.trimStart(normal.ybase);
    normal.savedY = Math.max(0, normal.savedY - normal.ybase);
    normal.ybase = 0;
    normal.ydisp = 0;
    this.#history.clear();
  }

  /** Drops the rows below the cursor and shows as many of the scrollback above (resize-pane -T). */
  trimBelow(): void {
    if (this.#alternate) return;
    const { core } = this.#xterm;
    const { normal } = core._bufferService.buffers;
    const count = Math.min(core.rows - 1 - normal.y, normal.ybase);
    normal.lines.length -= count;
    normal.ybase -= count;
    normal.ydisp = normal.ybase;
    normal.y += count;
  }

  /** The rows of the screen that is shown, up to the last that has anything in it. */
  usedScreen(): RawLine[] {
    const { buffer } = this.#xterm.core._bufferService;
    const used = usedRows(buffer, buffer.ybase, this.#xterm.core.rows);
    return Array.from({ length: used }, (_, y) => buffer.lines.get(buffer.ybase + y) as RawLine);
  }

  get #alternate(): boolean {
    const { buffers } = this.#xterm.core._bufferService;
    return buffers.active === buffers.alt;
  }

  /**
   * The emulator drops its oldest row in `scroll` and nowhere else between resizes. The
   * common case of that, a full buffer under a log, is done here: the emulator's own
   * way makes objects and events for every line.
   */
  #hookScrolling(): void {
    const { core } = this.#xterm;
    const service = core._bufferService;
    const scroll = service.scroll;
    service.scroll = (erase, isWrapped = false) => {
      const { buffer } = service;
      const { lines } = buffer;
      if (buffer.scrollTop === 0) {
        const whole = buffer.scrollBottom === core.rows - 1;
        if (whole) this.#moved++;
        if (lines.isFull && buffer === service.buffers.normal) {
          this.#leave(buffer, 0);
          if (whole) {
            countUsed(lines.get(buffer.ybase));
            blank(lines.recycle(), erase.bg, isWrapped);
            return;
          }
        }
      }
      scroll.call(service, erase, isWrapped);
    };
  }

  #leave({ lines }: RawBuffer, index: number): void {
    // The ring has left-over rows beyond its end.
    const next = index + 1 < lines.length ? lines.get(index + 1) : undefined;
    this.#history.leave(lines.get(index) as RawLine, next);
  }

  /** Scrolls what is on the normal screen into the history. */
  #keepScreen(): void {
    if (this.#alternate) return;
    const { _bufferService: service, _inputHandler: handler, rows } = this.#xterm.core;
    const { buffer } = service;
    const { scrollTop, scrollBottom } = buffer;
    const used = usedRows(buffer, buffer.ybase, rows);
    buffer.scrollTop = 0;
    buffer.scrollBottom = rows - 1;
    const erase = handler._eraseAttrData();
    for (let i = 0; i < used; i++) service.scroll(erase);
    buffer.scrollTop = scrollTop;
    buffer.scrollBottom = scrollBottom;
  }

  #keepAll(): void {
    if (this.#keeping) return;
    const { normal } = this.#xterm.core._bufferService.buffers;
    const used = usedRows(normal, 0, normal.lines.length);
    for (let i = 0; i < used; i++) this.#leave(normal, i);
    this.#history.flush();
  }
}

/**
 * A row that leaves the screen does not change any more until the next resize. Its columns
 * are counted now, while the processor has it at hand: when it leaves the scrollback,
 * thousands of rows later, to look through its blank end took half of the time of a row.
 */
function countUsed(line: RawLine | undefined): void {
  if (line) line.used = usedColumns(line);
}

function forgetUsed(line: RawLine | undefined): void {
  if (line) line.used = undefined;
}

/** Rows from `first` on up to the last of `count` that has anything in it. */
function usedRows({ lines }: RawBuffer, first: number, count: number): number {
  let used = count;
  while (used > 0 && usedColumns(lines.get(first + used - 1) as RawLine) === 0) used--;
  return used;
}

/** Makes a row the likeness of another, which is as wide, or wider where its screen was not cut when it shrank. */
export function copyRow(from: RawLine, to: RawLine, isWrapped: boolean): void {
  to._data.set(from._data.subarray(0, to._data.length));
  to._combined = { ...from._combined };
  to._extendedAttrs = { ...from._extendedAttrs };
  to.isWrapped = isWrapped && from.isWrapped;
  to.used = undefined;
}

/** Makes a row blank, with a background. */
function blank(line: RawLine, bg: number, isWrapped: boolean): void {
  if (blankCells.length !== line._data.length || blankCells[Cell.bg] !== bg) {
    blankCells = new Uint32Array(line._data.length);
    for (let at = 0; at < blankCells.length; at += Cell.size) {
      blankCells[at] = 1 << Content.widthShift;
      blankCells[at + Cell.bg] = bg;
    }
  }
  line._data.set(blankCells);
  line.isWrapped = isWrapped;
  line.used = undefined;
  for (const _ in line._combined) {
    line._combined = {};
    break;
  }
  for (const _ in line._extendedAttrs) {
    line._extendedAttrs = {};
    break;
  }
}

/** The cells of the row that was made blank last: the next one is mostly alike. */
let blankCells = new Uint32Array(0);
