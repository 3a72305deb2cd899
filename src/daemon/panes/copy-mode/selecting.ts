import type { PaneSnapshot } from '../pane-snapshot.ts';
import { GridReader, type Place } from './grid-reader.ts';
import type { Selection } from './selection.ts';

/** Where a moving cursor stops in each row while whole lines or words are selected. */
export type LineEnd = 'none' | 'right' | 'left';

/**
 * How a selection follows the cursor: by characters, or by whole words or lines, in
 * which case the word or line that it began with stays selected in either direction.
 * After tmux's window_copy_synchronize_cursor_end, variable by variable.
 */
export class Selecting {
  present = false;
  rectangle = false;
  /** vi: the cursor stands on the last character of a word and not behind it. */
  onCharacters = false;
  lineEnd: LineEnd = 'none';
  #kind: 'characters' | 'words' | 'lines' = 'characters';
  #start: Place = ORIGIN;
  #end: Place = ORIGIN;
  /** Which of the two the cursor moves. */
  #moving: 'none' | 'start' | 'end' = 'none';
  /** Of the word or line that was selected first: where the cursor was, and its ends. */
  #home: Place = ORIGIN;
  #firstStart: Place = ORIGIN;
  #firstEnd: Place = ORIGIN;
  #separators = '';

  get selection(): Selection | undefined {
    if (!this.present) return undefined;
    return { start: this.#start, end: this.#end, rectangle: this.rectangle };
  }

  /** Where the selection was first begun, be it start or end. */
  get anchor(): Place {
    return this.#moving === 'end' ? this.#start : this.#end;
  }

  /** So many rows have come before all others. */
  shift(rows: number): void {
    const shifted = ({ x, row }: Place): Place => ({ x, row: row + rows });
    this.#start = shifted(this.#start);
    this.#end = shifted(this.#end);
    this.#home = shifted(this.#home);
    this.#firstStart = shifted(this.#firstStart);
    this.#firstEnd = shifted(this.#firstEnd);
  }

  get startRow(): number {
    return this.#start.row;
  }

  get endRow(): number {
    return this.#end.row;
  }

  begin(at: Place): void {
    this.lineEnd = 'none';
    this.#kind = 'characters';
    this.#startAt(at);
  }

  /** @param home where the cursor was. @param start of its line. */
  beginLine(home: Place, start: Place): void {
    this.lineEnd = 'right';
    this.rectangle = false;
    this.#kind = 'lines';
    this.#home = home;
    this.#firstStart = start;
    this.#firstEnd = start;
    this.#startAt(start);
  }

  /** The line that was begun ends here. */
  lineEndsAt(place: Place): void {
    this.#firstEnd = place;
  }

  /** @param home where the cursor was. @param start of its word. */
  beginWord(home: Place, start: Place, separators: string): void {
    this.lineEnd = 'right';
    this.rectangle = false;
    this.#kind = 'words';
    this.#separators = separators;
    this.#home = home;
    this.#firstStart = start;
    this.#startAt(start);
  }

  /** The word that was begun ends here. */
  wordEndsAt(place: Place): void {
    this.#firstEnd = place;
    if (this.#home.row > place.row) this.#home = place;
    else if (this.#home.x > place.x) this.#home = { x: place.x, row: this.#home.row };
  }

  /** The cursor no longer moves the selection. */
  stop(): void {
    this.#moving = 'none';
    this.lineEnd = 'none';
    this.#kind = 'characters';
  }

  /** From now on only characters are taken in. */
  byCharacters(): void {
    this.#kind = 'characters';
  }

  clear(): void {
    this.present = false;
    this.stop();
  }

  /** The cursor takes the other end. Returns where that is. */
  swap(): Place {
    if (this.lineEnd !== 'none') this.lineEnd = this.lineEnd === 'right' ? 'left' : 'right';
    this.#moving = this.#moving === 'end' ? 'start' : 'end';
    return this.#moving === 'start' ? this.#start : this.#end;
  }

  /** The cursor has moved. @param exact without taking in whole words or lines. */
  follow(grid: PaneSnapshot, cursor: Place, exact = false): void {
    if (!this.present || this.#moving === 'none') return;
    let { x, row } = cursor;
    let moving = this.#moving;
    if (!exact && this.#kind === 'words') {
      const reader = new GridReader(grid, cursor);
      if (this.#home.row > row || (this.#home.row === row && this.#home.x > x)) {
        reader.previousWord(this.#separators, { already: false, stopAtLineEnd: true });
        moving = 'start';
        this.#end = this.#firstEnd;
      } else {
        if (x >= reader.lineLength() || !new GridReader(grid, { x: x + 1, row }).inSet('\t ')) {
          toWordEnd(reader, this.#separators, this.onCharacters);
        }
        moving = 'end';
        this.#start = this.#firstStart;
      }
      ({ x, row } = reader.place);
    } else if (!exact && this.#kind === 'lines') {
      if (this.#home.row > row) {
        x = 0;
        moving = 'start';
        this.#end = this.#firstEnd;
      } else {
        row = Math.max(row, this.#firstEnd.row);
        x = new GridReader(grid, { x: 0, row }).lineLength();
        moving = 'end';
        this.#start = this.#firstStart;
      }
    }
    if (moving === 'start') this.#start = { x, row };
    else this.#end = { x, row };
  }

  #startAt(at: Place): void {
    this.#start = at;
    this.#end = at;
    this.#moving = 'end';
    this.present = true;
  }
}

/** Moves as next-word-end does. @param onCharacter to the last character (vi) and not behind it. */
export function toWordEnd(reader: GridReader, separators: string, onCharacter: boolean): void {
  if (onCharacter && !reader.inSet('\t ')) reader.right({ wrap: false });
  reader.nextWordEnd(separators);
  if (onCharacter) reader.left({ wrap: true });
}

const ORIGIN: Place = { x: 0, row: 0 };
