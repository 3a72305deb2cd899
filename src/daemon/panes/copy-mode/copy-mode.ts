import type { CapturedRows } from '../capture.ts';
import type { PaneSnapshot } from '../pane-snapshot.ts';
import { type CopyPicture, drawCopyMode } from './copy-view.ts';
import { GridReader, type Place } from './grid-reader.ts';
import type { SearchPattern } from './search.ts';
import { Selecting, toWordEnd } from './selecting.ts';
import { type Selection, selectedText } from './selection.ts';
import { applySettings, type CopySettings, defaultSettings } from './settings.ts';

/** A search or jump that can be repeated. */
export interface LastSearch {
  readonly pattern: SearchPattern;
  readonly forward: boolean;
}
export interface LastJump {
  readonly character: string;
  readonly forward: boolean;
  /** Stop one column short: jump-to. */
  readonly short: boolean;
}

/**
 * Where a viewer of a pane's past is: a cursor in a snapshot, the rows in view, and
 * what is selected. Motions follow tmux's window-copy.c; the commands that use them
 * are in copy-commands.ts.
 */
export class CopyMode {
  grid: PaneSnapshot;
  settings: CopySettings;
  /** Column, and row of the snapshot. */
  cursor: Place;
  /** Row of the snapshot at the top of the view. */
  top: number;
  readonly selecting = new Selecting();
  /** Set by set-mark; before that, where the mode began. */
  mark: Place;
  markShown = false;
  /** Matches are shown while it is set. */
  shownPattern: SearchPattern | undefined;
  /** How many matches the last search has, see countMatches. */
  results: { readonly pattern: SearchPattern; readonly count: string } | undefined;
  lastSearch: LastSearch | undefined;
  lastJump: LastJump | undefined;
  /** Where an incremental search began. */
  searchOrigin: { cursor: Place; top: number } | undefined;
  /**
   * Where the cursor was in the last row that it left vertically other than from its
   * end, and how long that row was: shorter rows are gone through to come back to it.
   */
  #lastX = 0;
  #lastLength = 0;
  /** Where the top was when the cursor last went there. */
  #top: Place | undefined;

  /** @param cursor on the screen when the mode begins. */
  constructor(grid: PaneSnapshot, cursor: { x: number; y: number }, words: readonly string[]) {
    this.grid = grid;
    this.settings = applySettings(defaultSettings, words);
    this.top = grid.historyRows;
    this.cursor = { x: cursor.x, row: this.top + cursor.y };
    this.mark = this.cursor;
  }

  /** Rows scrolled back from the bottom. */
  get scroll(): number {
    return this.grid.historyRows - this.top;
  }

  /** The snapshot as if it ended with the view, which takes the place of the screen. */
  get visible(): CapturedRows {
    const { grid, top } = this;
    return {
      historyRows: top,
      length: top + grid.rows,
      row: (number) => grid.row(number),
      wrapped: (number) => grid.wrapped(number),
    };
  }

  /** Row of the view that the cursor is in. */
  get y(): number {
    return this.cursor.row - this.top;
  }

  get selection(): Selection | undefined {
    return this.selecting.selection;
  }

  get vi(): boolean {
    return this.settings.keys === 'vi';
  }

  reader(at: Place = this.cursor): GridReader {
    return new GridReader(this.grid, at);
  }

  draw(): Uint8Array[] {
    const picture: CopyPicture = {
      grid: this.grid,
      top: this.top,
      cursor: this.cursor,
      selection: this.selection,
      pattern: this.shownPattern,
      mark: this.markShown ? this.mark : undefined,
      settings: this.settings,
    };
    return drawCopyMode(picture);
  }

  /** Moves by a reader; the view follows row by row, as if scrolled by hand. */
  read(move: (reader: GridReader) => void): void {
    const reader = this.reader();
    move(reader);
    this.readTo(reader.place);
  }

  readTo({ x, row }: Place, exact = false): void {
    while (row < this.top) this.scrollView(-1);
    while (row >= this.top + this.grid.rows) this.scrollView(1);
    this.moveTo({ x, row }, exact);
  }

  /** Goes to a place and scrolls as little as shows it. @param exact without taking whole words or lines into the selection. */
  moveTo(place: Place, exact = false): void {
    this.point(place);
    this.selecting.onCharacters = this.vi;
    this.selecting.follow(this.grid, this.cursor, exact);
  }

  /** As `moveTo`, but the selection stays as it is. */
  point(place: Place): void {
    const row = clamp(place.row, 0, this.grid.length - 1);
    this.cursor = { x: clamp(place.x, 0, this.grid.cols), row };
    const { rows, historyRows } = this.grid;
    if (row < this.top) this.top = row;
    if (row >= this.top + rows) this.top = Math.min(historyRows, row - rows + 1);
  }

  /** Goes to a place; where that is out of view, it comes to a quarter from the bottom. */
  jumpTo(place: Place): void {
    const { rows, historyRows } = this.grid;
    const row = clamp(place.row, 0, this.grid.length - 1);
    if (row < this.top || row >= this.top + rows) {
      const gap = Math.floor(rows / 4);
      this.top = row < rows ? 0 : row > historyRows + rows - gap ? historyRows : row + gap - rows;
    }
    this.moveTo({ x: place.x, row });
  }

  /** Up or down by a row; a column beyond a shorter line is come back to. */
  vertical(step: -1 | 1): void {
    this.#stepVertically(step, () => this.cursor.row + step);
  }

  /** The view moves by a row, and the cursor with it. */
  scrollView(step: -1 | 1): void {
    const { y } = this;
    this.#stepVertically(step, () => {
      this.top = clamp(this.top + step, 0, this.grid.historyRows);
      return this.top + y;
    });
  }

  /** A page, or half of one; at the end of what there is, the cursor goes on to the edge. */
  page(direction: -1 | 1, half: boolean): void {
    const { rows, historyRows } = this.grid;
    const count = rows > 2 ? (half ? Math.floor(rows / 2) : rows - 2) : 1;
    const x = this.#columnToKeep({ always: true });
    let { y } = this;
    if (direction < 0) {
      if (this.top < count) y = Math.max(0, y - count);
      this.top = Math.max(0, this.top - count);
    } else {
      if (historyRows - this.top < count) y = Math.min(rows - 1, y + count);
      this.top = Math.min(historyRows, this.top + count);
    }
    this.moveTo({ x, row: this.top + y });
    this.#fitColumn((reader) => reader.endOfLine({ wrap: true }));
  }

  /** The line of the cursor as a whole, and more lines as the cursor moves on. */
  selectLine(): void {
    const home = this.cursor;
    this.read((reader) => reader.startOfLine({ wrap: true }));
    this.selecting.beginLine(home, this.cursor);
    this.read((reader) => reader.endOfLine({ wrap: true }));
    this.selecting.lineEndsAt(this.cursor);
  }

  /** The word of the cursor, and more words as the cursor moves on. */
  selectWord(): void {
    const { separators } = this.settings;
    const home = this.cursor;
    this.read((reader) => reader.previousWord(separators, { already: false, stopAtLineEnd: !this.vi }));
    const { x, row } = this.cursor;
    this.selecting.beginWord(home, this.cursor, separators);
    const reader = this.reader();
    const wraps = reader.continues() && x + 1 >= this.grid.cols;
    const next = this.reader(wraps ? { x: 0, row: row + 1 } : { x: x + 1, row });
    // A word of one character ends where it begins.
    if (x >= reader.lineLength() || !next.inSet('\t ')) {
      toWordEnd(reader, separators, this.vi);
      this.readTo(reader.place, true);
    }
    this.selecting.wordEndsAt(this.cursor);
  }

  clearSelection(): void {
    this.selecting.clear();
    const length = this.reader().lineLength();
    if (this.cursor.x > length) this.moveTo({ x: length, row: this.cursor.row });
  }

  /** The cursor goes to the other end of the selection, which it moves from then on. */
  otherEnd(): void {
    if (!this.selecting.present) return;
    const { x, row } = this.selecting.swap();
    const { rows } = this.grid;
    if (row < this.top) this.top = row;
    else if (row > this.top + rows) this.top = row - rows + 1;
    this.moveTo({ x, row }, true);
  }

  setRectangle(on: boolean): void {
    this.selecting.rectangle = on;
    this.selecting.lineEnd = 'none';
    const length = this.reader().lineLength();
    if (this.cursor.x > length) this.moveTo({ x: length, row: this.cursor.row });
  }

  selectedText(): string {
    const { selection, anchor } = this.selecting;
    if (!selection) return '';
    return selectedText(this.grid, selection, { anchor, cursor: this.cursor }, this.settings.keys);
  }

  /** Text from `start` up to the cursor, whatever is selected. */
  textFrom(start: Place): string {
    const selection = { start, end: this.cursor, rectangle: false };
    return selectedText(this.grid, selection, { anchor: start, cursor: this.cursor }, this.settings.keys);
  }

  /** Where `goToTop` went to, and no older line has been shown since. */
  get isAtTop(): boolean {
    const { row, x } = this.cursor;
    return this.#top?.row === row && x === 0;
  }

  /** The oldest row that is known. */
  goToTop(): void {
    this.top = 0;
    this.moveTo({ x: 0, row: 0 });
    this.#top = this.cursor;
  }

  /** Takes up lines that are older than the history, before all others. Returns how many rows they are. */
  async reachOlder(): Promise<number> {
    const { grid } = this;
    const rows = await grid.reachOlder();
    // Another snapshot may have taken its place meanwhile.
    if (rows === 0 || grid !== this.grid) return 0;
    const shifted = ({ x, row }: Place): Place => ({ x, row: row + rows });
    this.cursor = shifted(this.cursor);
    this.mark = shifted(this.mark);
    this.top += rows;
    this.selecting.shift(rows);
    if (this.#top) this.#top = shifted(this.#top);
    const origin = this.searchOrigin;
    if (origin) this.searchOrigin = { cursor: shifted(origin.cursor), top: origin.top + rows };
    return rows;
  }

  /** Puts a new snapshot, perhaps of another width, under the cursor, on the same line of the history. */
  refresh(grid: PaneSnapshot, options: { keepSelection: boolean }): void {
    const { y, scroll } = this;
    const sameShape = grid.cols === this.grid.cols && grid.rows === this.grid.rows;
    const line = this.grid.lineOf(this.grid.firstRowOf(this.cursor.row));
    this.grid = grid;
    this.#top = undefined;
    if (!options.keepSelection) this.clearSelection();
    if (sameShape) {
      this.top = clamp(grid.historyRows - scroll, 0, grid.historyRows);
      this.moveTo({ x: this.cursor.x, row: this.top + y });
      return;
    }
    const row = Math.min(grid.rowOf(line), grid.length - 1);
    this.top = clamp(row - Math.min(y, grid.rows - 1), 0, grid.historyRows);
    this.moveTo({ x: this.cursor.x, row });
  }

  #stepVertically(step: -1 | 1, move: () => number): void {
    const x = this.#columnToKeep();
    const { selecting } = this;
    const { row } = this.cursor;
    // Beyond the row that was selected first the selection turns over.
    if (
      step < 0
        ? selecting.lineEnd === 'right' && row === selecting.startRow
        : selecting.lineEnd === 'left' && row === selecting.endRow
    )
      this.otherEnd();
    this.moveTo({ x, row: move() });
    this.#fitColumn((reader) => reader.endOfLine({ wrap: false }));
    if (selecting.lineEnd === 'right') this.moveTo({ x: this.reader().lineLength(), row: this.cursor.row });
    else if (selecting.lineEnd === 'left') this.moveTo({ x: 0, row: this.cursor.row });
  }

  get #inRectangle(): boolean {
    return this.selecting.present && this.selecting.rectangle;
  }

  /** @param options.always also within a rectangle, whose other moves keep their column. */
  #columnToKeep(options: { always: boolean } = { always: false }): number {
    if (this.#inRectangle && !options.always) return this.cursor.x;
    const length = this.reader().lineLength();
    if (this.cursor.x !== length) {
      this.#lastX = this.cursor.x;
      this.#lastLength = length;
    }
    return this.#lastX;
  }

  #fitColumn(toEnd: (reader: GridReader) => void): void {
    if (this.#inRectangle) return;
    const { x } = this.cursor;
    const length = this.reader().lineLength();
    if ((x >= this.#lastLength && x !== length) || x > length) this.read(toEnd);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
