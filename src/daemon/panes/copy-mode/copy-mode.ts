import type { PaneSnapshot } from '../pane-snapshot.ts';
import { type CopyPicture, drawCopyMode } from './copy-view.ts';
import { GridReader, type Place } from './grid-reader.ts';
import { firstRow, type SearchPattern } from './search.ts';
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
  selection: Selection | undefined;
  /** The selection's end follows the cursor. */
  extending = false;
  /** Whole lines are selected: select-line. */
  byLines = false;
  rectangle = false;
  mark: Place | undefined;
  /** Matches are shown while it is set. */
  shownPattern: SearchPattern | undefined;
  lastSearch: LastSearch | undefined;
  lastJump: LastJump | undefined;
  /** Where an incremental search began. */
  searchOrigin: { cursor: Place; top: number } | undefined;
  /** The column that moving up and down through shorter lines comes back to. */
  #wishedX: number;
  #wishedLineEnd = false;

  /** @param cursor on the screen when the mode begins. */
  constructor(grid: PaneSnapshot, cursor: { x: number; y: number }, words: readonly string[]) {
    this.grid = grid;
    this.settings = applySettings(defaultSettings, words);
    this.top = grid.historyRows;
    this.cursor = { x: cursor.x, row: this.top + cursor.y };
    this.#wishedX = cursor.x;
  }

  /** Rows scrolled back from the bottom. */
  get scroll(): number {
    return this.grid.historyRows - this.top;
  }

  /** Row of the view that the cursor is in. */
  get y(): number {
    return this.cursor.row - this.top;
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
      mark: this.mark,
      settings: this.settings,
    };
    return drawCopyMode(picture);
  }

  /** Moves by a reader and scrolls as little as shows the cursor. */
  read(move: (reader: GridReader) => void): void {
    const reader = this.reader();
    move(reader);
    this.moveTo(reader.place);
  }

  /** Goes to a place and scrolls as little as shows it. */
  moveTo(place: Place): void {
    const row = clamp(place.row, 0, this.grid.length - 1);
    this.#set({ x: clamp(place.x, 0, this.grid.cols), row });
    this.#rememberColumn();
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

  /** Up or down by rows; a column beyond a shorter line is come back to. */
  vertical(step: -1 | 1): void {
    const row = clamp(this.cursor.row + step, 0, this.grid.length - 1);
    if (row === this.cursor.row) return;
    this.#set({ x: this.#columnIn(row), row });
  }

  /** The view moves by `count` rows, up for negative ones, and the cursor with it. */
  scrollView(count: number): void {
    const { y } = this;
    this.top = clamp(this.top + count, 0, this.grid.historyRows);
    const row = this.top + y;
    this.#set({ x: this.#columnIn(row), row });
  }

  /** A page, or half of one; at the end of what there is, the cursor goes on to the edge. */
  page(direction: -1 | 1, half: boolean): void {
    const { rows, historyRows } = this.grid;
    const count = rows > 2 ? (half ? Math.floor(rows / 2) : rows - 2) : 1;
    const { y } = this;
    let newY = y;
    if (direction < 0) {
      if (this.top < count) newY = Math.max(0, y - count);
      this.top = Math.max(0, this.top - count);
    } else {
      if (historyRows - this.top < count) newY = Math.min(rows - 1, y + count);
      this.top = Math.min(historyRows, this.top + count);
    }
    const row = this.top + newY;
    this.#set({ x: this.#columnIn(row), row });
  }

  beginSelection(): void {
    this.byLines = false;
    this.#select(this.cursor, this.cursor);
  }

  /** The line of the cursor as a whole, and more lines as the cursor moves on. */
  selectLine(): void {
    const reader = this.reader();
    reader.startOfLine({ wrap: true });
    const start = reader.place;
    reader.endOfLine({ wrap: true });
    this.rectangle = false;
    this.byLines = true;
    this.#select(start, reader.place);
    this.moveTo(reader.place);
  }

  selectWord(): void {
    const { separators } = this.settings;
    const start = this.reader();
    start.previousWord(separators, { already: false, stopAtLineEnd: true });
    const end = this.reader(start.place);
    end.nextWordEnd(separators);
    if (this.settings.keys === 'vi') end.left({ wrap: true });
    this.byLines = false;
    this.rectangle = false;
    this.#select(start.place, end.place);
    this.moveTo(end.place);
  }

  clearSelection(): void {
    this.selection = undefined;
    this.extending = false;
    this.byLines = false;
  }

  /** The cursor goes to the other end of the selection, which it moves from then on. */
  otherEnd(): void {
    const { selection } = this;
    if (!selection) return;
    this.byLines = false;
    this.selection = { ...selection, start: selection.end, end: selection.start };
    this.moveTo(selection.start);
  }

  setRectangle(on: boolean): void {
    this.rectangle = on;
    if (this.selection) this.selection = { ...this.selection, rectangle: on };
  }

  selectedText(): string {
    return this.selection ? selectedText(this.grid, this.selection, this.cursor, this.settings.keys) : '';
  }

  /** Text from `start` up to the cursor, whatever is selected. */
  textFrom(start: Place): string {
    const selection = { start, end: this.cursor, rectangle: false };
    return selectedText(this.grid, selection, this.cursor, this.settings.keys);
  }

  /** Puts a new snapshot, perhaps of another width, under the cursor, on the same line of the history. */
  refresh(grid: PaneSnapshot, options: { keepSelection: boolean }): void {
    const { y, scroll } = this;
    const sameShape = grid.cols === this.grid.cols && grid.rows === this.grid.rows;
    const line = this.grid.lineOf(firstRow(this.grid, this.cursor.row));
    this.grid = grid;
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

  #select(start: Place, end: Place): void {
    this.selection = { start, end, rectangle: this.rectangle };
    this.extending = true;
  }

  #set(cursor: Place): void {
    this.cursor = cursor;
    const { rows, historyRows } = this.grid;
    if (cursor.row < this.top) this.top = cursor.row;
    if (cursor.row >= this.top + rows) this.top = Math.min(historyRows, cursor.row - rows + 1);
    this.#extend();
  }

  #extend(): void {
    const { selection } = this;
    if (!selection || !this.extending) return;
    if (!this.byLines) {
      this.selection = { ...selection, end: this.cursor };
      return;
    }
    const down = this.cursor.row >= firstRow(this.grid, selection.start.row);
    const start = this.reader(selection.start);
    const end = this.reader();
    if (down) {
      start.startOfLine({ wrap: true });
      end.endOfLine({ wrap: true });
    } else {
      start.endOfLine({ wrap: true });
      end.startOfLine({ wrap: true });
    }
    this.selection = { ...selection, start: start.place, end: end.place };
  }

  #rememberColumn(): void {
    this.#wishedX = this.cursor.x;
    this.#wishedLineEnd = this.cursor.x > 0 && this.cursor.x >= this.reader().lineLength();
  }

  /** The column for a row come to by moving up or down. */
  #columnIn(row: number): number {
    if (this.selection && this.rectangle) return this.cursor.x;
    const length = this.reader().lineLength(row);
    return this.#wishedLineEnd ? length : Math.min(this.#wishedX, length);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
