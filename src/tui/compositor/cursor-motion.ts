import { BG, CELL_INTS, CLUSTER, CODE, FG, FLAGS, type Grid, LINKED, SPACE, UL } from '../../term/grid.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Pen } from './pen.ts';

/** Unchanged cells are written again rather than jumped over up to this many: CUF takes 4 bytes. */
const REWRITE_CELLS = 4;
/** Backspaces are shorter than CHA up to this many. */
const BACKSPACES = 3;

/** Where the terminal's cursor is, and the shortest way to another cell. */
export class CursorMotion {
  readonly #out: ByteWriter;
  readonly #pen: Pen;
  /** -1 while the column is unsure. */
  #x = -1;
  #y = -1;

  constructor(out: ByteWriter, pen: Pen) {
    this.#out = out;
    this.#pen = pen;
  }

  /** The terminal put its cursor at the top left. */
  homed(): void {
    this.#x = 0;
    this.#y = 0;
  }

  /** A character of `width` columns was written at the cursor. */
  wrote(code: number, width: number, cols: number): void {
    this.#x += width;
    // At the last column a terminal waits with the wrap; and terminals differ about some widths.
    if (this.#x >= cols || unsureWidth(code)) this.#x = -1;
  }

  /** Moves to x, y of `grid`, whose cells before x are what the terminal shows. */
  moveTo(x: number, y: number, grid: Grid): void {
    if (this.#x === x && this.#y === y) return;
    if (y === this.#y) this.#alongRow(x, grid);
    else if (y === this.#y + 1 && x === 0 && this.#y >= 0) this.#out.ascii('\r\n');
    else if (x === this.#x) this.#csi(Math.abs(y - this.#y), y > this.#y ? 0x42 : 0x41);
    else this.#place(x, y);
    this.#x = x;
    this.#y = y;
  }

  #alongRow(x: number, grid: Grid): void {
    const ahead = x - this.#x;
    if (x === 0) this.#out.byte(0x0d);
    else if (this.#x < 0) this.#csi(x + 1, 0x47);
    else if (ahead > 0) {
      if (ahead > REWRITE_CELLS || !this.#rewrite(grid, x)) this.#csi(ahead, 0x43);
    } else if (-ahead <= BACKSPACES) for (let back = ahead; back < 0; back++) this.#out.byte(0x08);
    else this.#csi(x + 1, 0x47);
  }

  /** Reaches x by writing the unchanged cells before it, where they are ASCII in the pen's style. */
  #rewrite(grid: Grid, x: number): boolean {
    const { cells } = grid;
    const from = this.#y * grid.cols + this.#x;
    const to = this.#y * grid.cols + x;
    for (let index = from; index < to; index++) {
      const at = index * CELL_INTS;
      const code = cells[at + CODE]!;
      const flags = cells[at + FLAGS]!;
      if (code < SPACE || code > 0x7e || flags & LINKED) return false;
      if (!this.#pen.is(cells[at + FG]!, cells[at + BG]!, cells[at + UL]!, flags)) return false;
    }
    for (let index = from; index < to; index++) this.#out.byte(cells[index * CELL_INTS + CODE]!);
    return true;
  }

  /** CUP. */
  #place(x: number, y: number): void {
    this.#out.ascii('\x1b[');
    if (y > 0 || x > 0) this.#out.decimal(y + 1);
    if (x > 0) {
      this.#out.byte(0x3b);
      this.#out.decimal(x + 1);
    }
    this.#out.byte(0x48);
  }

  #csi(count: number, final: number): void {
    this.#out.ascii('\x1b[');
    if (count !== 1) this.#out.decimal(count);
    this.#out.byte(final);
  }
}

/**
 * Whether terminals disagree about a character's columns: symbols that became emoji,
 * the private use area, joined sequences. After one of them the cursor is placed anew.
 */
function unsureWidth(code: number): boolean {
  if (code < 0x2300) return code === CLUSTER;
  return (
    code < 0x2400 ||
    (code >= 0x2600 && code < 0x27c0) ||
    (code >= 0x2b00 && code < 0x2c00) ||
    (code >= 0xe000 && code < 0xf900) ||
    (code >= 0x1f000 && code < 0x20000)
  );
}
