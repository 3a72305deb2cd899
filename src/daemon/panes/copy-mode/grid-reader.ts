import type { PaneSnapshot } from '../pane-snapshot.ts';

/** A place in a snapshot: column, and row from the oldest of the history on. */
export interface Place {
  readonly x: number;
  readonly row: number;
}

export function isBefore(a: Place, b: Place): boolean {
  return a.row < b.row || (a.row === b.row && a.x < b.x);
}

/** What tmux takes for white space. */
const WHITESPACE = '\t ';

/**
 * A reading position in a snapshot and the ways in which it moves, after tmux's
 * grid-reader.c: the copy mode's motions promise to go where tmux's go.
 */
export class GridReader {
  x: number;
  row: number;
  readonly #grid: PaneSnapshot;

  constructor(grid: PaneSnapshot, { x, row }: Place) {
    this.#grid = grid;
    this.x = x;
    this.row = row;
  }

  get place(): Place {
    return { x: this.x, row: this.row };
  }

  get #lastRow(): number {
    return this.#grid.length - 1;
  }

  /** Columns of a row up to its last character that is no space. */
  lineLength(row = this.row): number {
    const { cells } = this.#grid.row(row);
    let length = cells.length;
    while (length > 0 && cells[length - 1]?.text === ' ') length--;
    return length;
  }

  /** The row goes on in the next. */
  continues(row = this.row): boolean {
    return row < this.#lastRow && this.#grid.wrapped(row + 1);
  }

  right(options: { wrap: boolean; all?: boolean }): void {
    const end = options.all ? this.#grid.cols : this.lineLength();
    if (options.wrap && this.x >= end && this.row < this.#lastRow) {
      this.x = 0;
      this.row++;
    } else if (this.x < end) {
      do this.x++;
      while (this.x < end && this.#isRightHalf());
    }
  }

  left(options: { wrap: boolean }): void {
    while (this.x > 0 && this.#isRightHalf()) this.x--;
    if (this.x === 0 && this.row > 0 && (options.wrap || this.continues(this.row - 1))) {
      this.row--;
      this.endOfLine({ wrap: false });
    } else if (this.x > 0) this.x--;
  }

  startOfLine(options: { wrap: boolean }): void {
    if (options.wrap) while (this.row > 0 && this.continues(this.row - 1)) this.row--;
    this.x = 0;
  }

  endOfLine(options: { wrap: boolean; all?: boolean }): void {
    if (options.wrap) while (this.continues()) this.row++;
    this.x = options.all ? this.#grid.cols : this.lineLength();
  }

  backToIndentation(): void {
    const before = this.place;
    this.startOfLine({ wrap: true });
    for (let { row } = this; row <= this.#lastRow; row++) {
      const x = this.#grid
        .row(row)
        .cells.findIndex((cell) => cell.width !== 0 && !WHITESPACE.includes(cell.text));
      if (x >= 0) {
        this.x = x;
        this.row = row;
        return;
      }
      if (!this.continues(row)) break;
    }
    this.x = before.x;
    this.row = before.row;
  }

  /** @param separators beside white space; '' for the commands that go by spaces alone. */
  nextWord(separators: string): void {
    if (!this.#settle()) return;
    if (!this.inSet(WHITESPACE)) {
      const isSeparator = this.inSet(separators);
      do this.x++;
      while (this.#settle() && !this.inSet(WHITESPACE) && this.inSet(separators) === isSeparator);
    }
    while (this.#settle() && this.inSet(WHITESPACE)) this.x++;
  }

  nextWordEnd(separators: string): void {
    while (this.#settle() && this.inSet(WHITESPACE)) this.x++;
    if (!this.#settle()) return;
    const isSeparator = this.inSet(separators);
    do this.x++;
    while (this.#settle() && !this.inSet(WHITESPACE) && this.inSet(separators) === isSeparator);
  }

  /** @param already go on even from the middle of a word. @param stopAtLineEnd count a blank line end as a word. */
  previousWord(separators: string, options: { already: boolean; stopAtLineEnd: boolean }): void {
    let letters = !this.inSet(separators);
    if (options.already || this.inSet(WHITESPACE)) {
      for (;;) {
        if (this.x > 0) {
          this.x--;
          if (this.inSet(WHITESPACE)) continue;
          letters = !this.inSet(separators);
          break;
        }
        if (this.row === 0) return;
        this.row--;
        this.endOfLine({ wrap: false });
        if (!options.stopAtLineEnd || this.x === 0) continue;
        if (new GridReader(this.#grid, { x: this.x - 1, row: this.row }).inSet(WHITESPACE)) {
          letters = false;
          break;
        }
      }
    }
    let before: Place;
    do {
      before = this.place;
      if (this.x === 0) {
        if (this.row === 0 || !this.continues(this.row - 1)) break;
        this.row--;
        this.endOfLine({ wrap: false, all: true });
      }
      if (this.x > 0) this.x--;
    } while (!this.inSet(WHITESPACE) && letters !== this.inSet(separators));
    this.x = before.x;
    this.row = before.row;
  }

  /** Goes to the first `character` of the line from this place on; stays where there is none. Returns whether it moved. */
  jumpTo(character: string): boolean {
    for (let { x, row } = this; ; row++, x = 0) {
      const { cells } = this.#grid.row(row);
      for (; x < cells.length; x++) if (cells[x]?.text === character) return this.#goTo(x, row);
      if (!this.continues(row)) return false;
    }
  }

  /** The same backwards. */
  jumpBack(character: string): boolean {
    for (let { x, row } = this; ; row--, x = this.#grid.cols - 1) {
      const { cells } = this.#grid.row(row);
      for (; x >= 0; x--) if (cells[x]?.text === character) return this.#goTo(x, row);
      if (row === 0 || !this.continues(row - 1)) return false;
    }
  }

  /** The character here is one of these; beyond the end of a line is a space. */
  inSet(set: string): boolean {
    const cell = this.#grid.row(this.row).cells[this.x];
    if (cell?.width === 0) return false;
    return set.includes(cell?.text ?? ' ');
  }

  #goTo(x: number, row: number): true {
    this.x = x;
    this.row = row;
    return true;
  }

  /** Past the end of a line means the start of the next. Returns whether there is one. */
  #settle(): boolean {
    while (this.x > (this.continues() ? this.#grid.cols - 1 : this.lineLength())) {
      if (this.row >= this.#lastRow) return false;
      this.x = 0;
      this.row++;
    }
    return true;
  }

  #isRightHalf(): boolean {
    return this.#grid.row(this.row).cells[this.x]?.width === 0;
  }
}
