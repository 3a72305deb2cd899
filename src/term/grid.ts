import type { Cell, Row } from './row.ts';
import { Attribute, plainStyle, type Style, underlineShift } from './style.ts';

/**
 * The cells of a terminal's screen, five integers each in one typed array: a frame
 * is composed and compared by the thousand of cells, and objects would cost more
 * than the work. Texts that are no single code point, and links, are rare and lie
 * in arrays of strings beside it.
 *
 * A grid is always well formed: both halves of a wide character or none, and a
 * cell without ink has only what can be seen of it (see `normalised`), so that
 * equal looks are equal integers.
 */
export const CELL_INTS = 5;
export const CODE = 0;
export const FG = 1;
export const BG = 2;
export const UL = 3;
export const FLAGS = 4;

/** A cell's code when its text is in `Grid.texts`. */
export const CLUSTER = -1;
/** A cell's code when it is the right half of a wide character. */
export const RIGHT_HALF = -2;
export const SPACE = 32;
const REPLACEMENT = 0xfffd;

/** Bits of FLAGS above those of `Style.flags`. */
export const WIDE = 1 << 16;
export const LINKED = 1 << 17;

/** Attributes that show on a cell without ink. */
const UNDERLINE_MASK = 7 << underlineShift;
const INK_FLAGS = Attribute.inverse | Attribute.strike | Attribute.overline | UNDERLINE_MASK;

export class Grid {
  readonly cols: number;
  readonly rows: number;
  readonly cells: Int32Array;
  /** Text of cells whose code is CLUSTER; others hold what was there before. */
  readonly texts: string[];
  /** Link of cells with the flag LINKED; others hold what was there before. */
  readonly links: string[];
  /** Counts changes of each row, so that a reader can tell which ones it has seen. */
  readonly versions: Uint32Array;

  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    this.cells = new Int32Array(cols * rows * CELL_INTS);
    this.texts = new Array<string>(cols * rows).fill('');
    this.links = new Array<string>(cols * rows).fill('');
    this.versions = new Uint32Array(rows);
    this.clear();
  }

  /** Blanks everything. */
  clear(): void {
    this.cells.fill(0);
    for (let at = CODE; at < this.cells.length; at += CELL_INTS) this.cells[at] = SPACE;
  }

  /** Says that row `y` differs from what readers have seen. */
  touch(y: number): void {
    this.versions[y]!++;
  }

  /** Takes row `y` of a grid with as many columns. */
  copyRow(from: Grid, y: number): void {
    this.#takeRow(from, y, y);
  }

  /** Copies a row of this grid over another one. */
  moveRow(from: number, to: number): void {
    this.#takeRow(this, from, to);
  }

  /** Writes blanks of one style; `text` other than a blank must be a single narrow code point. */
  fill(x: number, y: number, cols: number, style: Style, text = ' '): void {
    for (let column = Math.max(0, x); column < Math.min(this.cols, x + cols); column++)
      this.put(column, y, text, 1, style);
  }

  /**
   * Writes one character of one or two columns; nothing outside the grid. Half of a wide
   * character that this cuts becomes blank, and so does one that would cross the edge.
   */
  put(x: number, y: number, text: string, width: 1 | 2, style: Style): void {
    if (x < 0 || x >= this.cols || y < 0 || y >= this.rows) return;
    if (width === 2 && x + 1 >= this.cols) {
      this.put(x, y, ' ', 1, style);
      return;
    }
    const index = y * this.cols + x;
    this.#cut(x, index);
    if (width === 2) {
      this.#cut(x + 1, index + 1);
      this.#write(index, text, WIDE, style);
      this.#write(index + 1, '', 0, style);
    } else this.#write(index, text === '' ? ' ' : text, 0, style);
  }

  /** Writes the columns `from` to `from + cols` of a row at x, y; blanks where the row is shorter. */
  putRow(x: number, y: number, row: Row | undefined, from: number, cols: number, under?: Style): void {
    const { cells } = row ?? EMPTY_ROW;
    for (let column = 0; column < cols; column++) {
      const cell = cells[from + column] ?? BLANK;
      const style = under ? dressed(cell.style, under) : cell.style;
      if (cell.width === 2 && column + 1 < cols) {
        this.put(x + column, y, cell.text, 2, style);
        column++;
      } else this.put(x + column, y, cell.width === 1 ? cell.text : ' ', 1, style);
    }
  }

  /** The text of a cell: '' for the right half of a wide character. */
  textAt(x: number, y: number): string {
    const index = y * this.cols + x;
    const code = this.cells[index * CELL_INTS + CODE]!;
    if (code === CLUSTER) return this.texts[index]!;
    return code === RIGHT_HALF ? '' : String.fromCodePoint(code);
  }

  styleAt(x: number, y: number): Style {
    const index = y * this.cols + x;
    const at = index * CELL_INTS;
    const flags = this.cells[at + FLAGS]!;
    return {
      fg: this.cells[at + FG]!,
      bg: this.cells[at + BG]!,
      ul: this.cells[at + UL]!,
      flags: flags & (WIDE - 1),
      link: flags & LINKED ? this.links[index]! : '',
    };
  }

  /** A row's text, for tests and logs. */
  rowText(y: number): string {
    let text = '';
    for (let x = 0; x < this.cols; x++) text += this.textAt(x, y);
    return text;
  }

  #takeRow(from: Grid, source: number, target: number): void {
    const ints = this.cols * CELL_INTS;
    this.cells.set(from.cells.subarray(source * ints, (source + 1) * ints), target * ints);
    for (let x = 0; x < this.cols; x++) {
      const index = source * this.cols + x;
      const at = index * CELL_INTS;
      if (from.cells[at + CODE] === CLUSTER) this.texts[target * this.cols + x] = from.texts[index]!;
      if (from.cells[at + FLAGS]! & LINKED) this.links[target * this.cols + x] = from.links[index]!;
    }
  }

  /** Blanks the other half of a wide character before one half is overwritten. */
  #cut(x: number, index: number): void {
    const { cells } = this;
    const at = index * CELL_INTS;
    if (cells[at + CODE] === RIGHT_HALF && x > 0) this.#blank(index - 1);
    else if (cells[at + FLAGS]! & WIDE) this.#blank(index + 1);
  }

  #blank(index: number): void {
    const at = index * CELL_INTS;
    const { cells } = this;
    cells[at + CODE] = SPACE;
    const flags = cells[at + FLAGS]! & ~WIDE & (INK_FLAGS | LINKED);
    cells[at + FLAGS] = flags;
    if (!(flags & (INK_FLAGS | LINKED))) cells[at + FG] = 0;
    if (!(flags & UNDERLINE_MASK)) cells[at + UL] = 0;
  }

  #write(index: number, text: string, wide: number, style: Style): void {
    const { cells } = this;
    const at = index * CELL_INTS;
    const code = codeOf(text);
    if (code === CLUSTER) this.texts[index] = text;
    let flags = style.flags | wide;
    if (style.link !== '') {
      this.links[index] = style.link;
      flags |= LINKED;
    }
    const bare = code === SPACE && !(flags & (INK_FLAGS | LINKED));
    cells[at + CODE] = code;
    cells[at + FG] = bare ? 0 : style.fg;
    cells[at + BG] = style.bg;
    cells[at + UL] = flags & UNDERLINE_MASK ? style.ul : 0;
    cells[at + FLAGS] = bare ? 0 : flags;
  }
}

/** Whether the cell `i` of `a` looks like the cell `j` of `b`. */
export function sameCell(a: Grid, i: number, b: Grid, j: number): boolean {
  const left = a.cells;
  const right = b.cells;
  const at = i * CELL_INTS;
  const to = j * CELL_INTS;
  const code = left[at + CODE]!;
  const flags = left[at + FLAGS]!;
  return (
    code === right[to + CODE] &&
    left[at + FG] === right[to + FG] &&
    left[at + BG] === right[to + BG] &&
    left[at + UL] === right[to + UL] &&
    flags === right[to + FLAGS] &&
    (code !== CLUSTER || a.texts[i] === b.texts[j]) &&
    (!(flags & LINKED) || a.links[i] === b.links[j])
  );
}

const BLANK: Cell = { text: ' ', width: 1, style: plainStyle };
const EMPTY_ROW: Row = { cells: [], wrapped: false };

/** A cell's own style, with the default colours of its pane where it has none. */
function dressed(style: Style, under: Style): Style {
  if (style.fg !== 0 && style.bg !== 0) return style;
  return { ...style, fg: style.fg || under.fg, bg: style.bg || under.bg };
}

/**
 * The code point of a text, RIGHT_HALF for '', CLUSTER for several code points.
 * Control characters never reach a terminal: rows come from other hosts, and
 * an escape sequence in a cell would act on the user's terminal.
 */
function codeOf(text: string): number {
  const { length } = text;
  if (length === 1) {
    const code = text.charCodeAt(0);
    return code < SPACE || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000)
      ? REPLACEMENT
      : code;
  }
  if (length === 0) return RIGHT_HALF;
  const code = text.codePointAt(0)!;
  if (length === 2 && code > 0xffff) return code;
  return /[\u0000-\u001f\u007f-\u009f]/.test(text) ? REPLACEMENT : CLUSTER;
}
