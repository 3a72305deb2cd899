import { isDeepStrictEqual } from 'node:util';
import {
  BG,
  CELL_INTS,
  CLUSTER,
  CODE,
  FG,
  FLAGS,
  Grid,
  LINKED,
  SPACE,
  sameCell,
  UL,
  WIDE,
} from '../../term/grid.ts';
import { Attribute, underlineShift } from '../../term/style.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Capabilities } from './capabilities.ts';
import { CursorMotion } from './cursor-motion.ts';
import { Pen } from './pen.ts';
import { applyScroll, findScroll, type Scroll } from './scroll-finder.ts';

/** The cursor of the terminal. */
export interface Cursor {
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  /** DECSCUSR parameter 0-6; 0 is the terminal's own. */
  readonly shape: number;
  /** OSC 12 colour, '' for the terminal's own. */
  readonly colour: string;
}

/** Blanks inside a row are erased rather than written from this many on: ECH and a motion take 8 bytes. */
const ERASE_CELLS = 10;
/** Blanks at a row's end are erased from this many on: EL takes 3 bytes. */
const ERASE_TO_END_CELLS = 4;
/** Flags with which a blank cannot be made by erasing. */
const BLANK_INK = Attribute.inverse | Attribute.strike | Attribute.overline | (7 << underlineShift) | LINKED;

/**
 * Turns grids into the terminal's bytes: it keeps what the terminal shows and what
 * its cursor and pen are, and writes the difference. Not a repaint of changed rows:
 * over a slow link the size of an update is what the user waits for.
 */
export class TerminalWriter {
  readonly #out = new ByteWriter();
  #pen: Pen;
  #at: CursorMotion;
  #capabilities: Capabilities;
  /** What the terminal shows; undefined when that is unknown. */
  #drawn: Grid | undefined;
  #blank: Grid | undefined;
  #source: Grid | undefined;
  #seen = new Uint32Array(0);
  #visible: boolean | undefined;
  #shape = 0;
  #colour = '';

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
    this.#pen = new Pen(this.#out, capabilities);
    this.#at = new CursorMotion(this.#out, this.#pen);
  }

  /** The terminal turned out to be another: what it shows may look otherwise now and is drawn again, unless only 2026 is new. */
  setCapabilities(capabilities: Capabilities): void {
    const before = { ...this.#capabilities, synchronized: capabilities.synchronized };
    this.#capabilities = capabilities;
    if (isDeepStrictEqual(before, capabilities)) return;
    this.#pen = new Pen(this.#out, capabilities);
    this.#at = new CursorMotion(this.#out, this.#pen);
    this.#drawn = undefined;
  }

  /** Somebody else wrote to the terminal: the next drawing is a whole one. */
  invalidate(): void {
    this.#drawn = undefined;
  }

  /** The bytes that make the terminal show `grid`; empty when it does already. */
  draw(grid: Grid, cursor: Cursor): Uint8Array {
    const whole = this.#drawn?.cols !== grid.cols || this.#drawn.rows !== grid.rows;
    const drawn = whole ? new Grid(grid.cols, grid.rows) : this.#drawn!;
    let changed: number[];
    if (whole) {
      this.#drawn = drawn;
      this.#blank = undefined;
      this.#begin(true);
      this.#clear();
      changed = this.#changedRows(grid, drawn);
    } else {
      changed = this.#changedRows(grid, drawn);
      if (changed.length > 1) this.#begin(false);
    }
    const bracketed = whole || changed.length > 1;
    if (changed.length > 3 && !whole && this.#capabilities.scrollRegion) {
      const scroll = findScroll(drawn, grid, changed[0]!, changed.at(-1)!);
      if (scroll) {
        this.#scroll(drawn, scroll);
        // Rows between the changed ones may have moved with them.
        changed = rowsBetween(changed[0]!, changed.at(-1)!);
      }
    }
    for (const y of changed) this.#drawRow(grid, drawn, y);
    this.#drawCursor(cursor);
    if (bracketed && this.#capabilities.synchronized) this.#out.ascii('\x1b[?2026l');
    return this.#out.take();
  }

  /** The bytes that give the terminal its own pen and cursor back, and its margins. */
  restore(): Uint8Array {
    this.#pen.reset();
    if (this.#capabilities.scrollRegion) this.#out.ascii('\x1b[r');
    if (this.#shape !== 0) this.#out.ascii('\x1b[0 q');
    if (this.#colour !== '') this.#out.ascii('\x1b]112\x1b\\');
    this.#out.ascii('\x1b[?25h');
    this.#shape = 0;
    this.#colour = '';
    this.#visible = true;
    this.#drawn = undefined;
    return this.#out.take();
  }

  #begin(whole: boolean): void {
    if (this.#capabilities.synchronized) this.#out.ascii('\x1b[?2026h');
    // Without it the user would see the cursor run over the rows.
    else if (whole || this.#visible) {
      this.#out.ascii('\x1b[?25l');
      this.#visible = false;
    }
  }

  #clear(): void {
    this.#pen.reset();
    if (this.#capabilities.scrollRegion) this.#out.ascii('\x1b[r');
    this.#out.ascii('\x1b[H\x1b[2J');
    this.#at.homed();
    if (this.#capabilities.synchronized) this.#visible = undefined;
    this.#source = undefined;
  }

  #changedRows(grid: Grid, drawn: Grid): number[] {
    const known = this.#source === grid;
    if (!known) this.#seen = new Uint32Array(grid.rows);
    this.#source = grid;
    const changed: number[] = [];
    for (let y = 0; y < grid.rows; y++) {
      if (known && this.#seen[y] === grid.versions[y]) continue;
      this.#seen[y] = grid.versions[y]!;
      if (firstDifference(grid, drawn, y) < grid.cols) changed.push(y);
    }
    return changed;
  }

  #scroll(drawn: Grid, scroll: Scroll): void {
    const { top, bottom, by } = scroll;
    const first = by > 0 ? top : top + by;
    const last = by > 0 ? bottom + by : bottom;
    this.#plain();
    this.#out.ascii(`\x1b[${first + 1};${last}r`);
    this.#out.ascii(by > 0 ? `\x1b[${by}S` : `\x1b[${-by}T`);
    this.#out.ascii('\x1b[r');
    // Setting margins homes the cursor.
    this.#at.homed();
    this.#blank ??= new Grid(drawn.cols, drawn.rows);
    applyScroll(drawn, scroll, this.#blank);
  }

  #plain(): void {
    this.#pen.set(0, 0, 0, 0, '');
  }

  #drawRow(grid: Grid, drawn: Grid, y: number): void {
    const first = firstDifference(grid, drawn, y);
    if (first === grid.cols) return;
    const row = y * grid.cols;
    const erasedFrom = this.#trailingBlanks(grid, y);
    const last = lastDifference(grid, drawn, y);
    for (let x = first; x <= last; ) {
      if (sameCell(grid, row + x, drawn, row + x)) {
        x++;
        continue;
      }
      if (x >= erasedFrom) {
        this.#at.moveTo(x, y, grid);
        this.#eraseTo(grid, row + x, '\x1b[K');
        break;
      }
      const blanks = this.#blankRun(grid, row + x, grid.cols - x);
      if (blanks >= ERASE_CELLS) {
        this.#at.moveTo(x, y, grid);
        this.#eraseTo(grid, row + x, `\x1b[${blanks}X`);
        x += blanks;
        continue;
      }
      this.#at.moveTo(x, y, grid);
      x += this.#writeCell(grid, row + x);
    }
    drawn.copyRow(grid, y);
  }

  /** Column from which the row is blank and erasable to its end; cols when that is not worth it. */
  #trailingBlanks(grid: Grid, y: number): number {
    const end = (y + 1) * grid.cols - 1;
    if (!this.#erasable(grid, end)) return grid.cols;
    const bg = grid.cells[end * CELL_INTS + BG];
    let x = grid.cols - 1;
    while (
      x > 0 &&
      this.#erasable(grid, y * grid.cols + x - 1) &&
      grid.cells[(y * grid.cols + x - 1) * CELL_INTS + BG] === bg
    )
      x--;
    return grid.cols - x >= ERASE_TO_END_CELLS ? x : grid.cols;
  }

  #blankRun(grid: Grid, index: number, limit: number): number {
    const bg = grid.cells[index * CELL_INTS + BG];
    let count = 0;
    while (
      count < limit &&
      this.#erasable(grid, index + count) &&
      grid.cells[(index + count) * CELL_INTS + BG] === bg
    )
      count++;
    return count;
  }

  #erasable(grid: Grid, index: number): boolean {
    const at = index * CELL_INTS;
    return (
      grid.cells[at + CODE] === SPACE &&
      !(grid.cells[at + FLAGS]! & BLANK_INK) &&
      (grid.cells[at + BG] === 0 || this.#capabilities.backgroundErase)
    );
  }

  #eraseTo(grid: Grid, index: number, sequence: string): void {
    this.#pen.set(0, grid.cells[index * CELL_INTS + BG]!, 0, 0, '');
    this.#out.ascii(sequence);
  }

  /** Writes one cell where the cursor is; returns its columns. */
  #writeCell(grid: Grid, index: number): number {
    const at = index * CELL_INTS;
    const { cells } = grid;
    const code = cells[at + CODE]!;
    const flags = cells[at + FLAGS]!;
    const link = flags & LINKED ? grid.links[index]! : '';
    this.#pen.set(cells[at + FG]!, cells[at + BG]!, cells[at + UL]!, flags, link);
    if (code === CLUSTER) this.#out.text(grid.texts[index]!);
    else this.#out.codePoint(code);
    const width = flags & WIDE ? 2 : 1;
    this.#at.wrote(code, width, grid.cols);
    return width;
  }

  #drawCursor(cursor: Cursor): void {
    const out = this.#out;
    if (cursor.visible && this.#drawn) {
      const x = Math.min(cursor.x, this.#drawn.cols - 1);
      const y = Math.min(cursor.y, this.#drawn.rows - 1);
      this.#at.moveTo(x, y, this.#drawn);
    }
    if (this.#capabilities.cursorStyle && cursor.shape !== this.#shape) {
      out.ascii(`\x1b[${cursor.shape} q`);
      this.#shape = cursor.shape;
    }
    if (this.#capabilities.cursorStyle && cursor.colour !== this.#colour) {
      const colour = cursor.colour.replace(/[^\x20-\x7e]/g, '');
      out.ascii(colour === '' ? '\x1b]112\x1b\\' : `\x1b]12;${colour}\x1b\\`);
      this.#colour = cursor.colour;
    }
    if (cursor.visible !== this.#visible) {
      out.ascii(cursor.visible ? '\x1b[?25h' : '\x1b[?25l');
      this.#visible = cursor.visible;
    }
  }
}

function rowsBetween(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function firstDifference(grid: Grid, drawn: Grid, y: number): number {
  const row = y * grid.cols;
  let x = 0;
  while (x < grid.cols && sameCell(grid, row + x, drawn, row + x)) x++;
  return x;
}

function lastDifference(grid: Grid, drawn: Grid, y: number): number {
  const row = y * grid.cols;
  let x = grid.cols - 1;
  while (x > 0 && sameCell(grid, row + x, drawn, row + x)) x--;
  return x;
}
