import type { Style } from './style.ts';

/**
 * One cell as it is drawn. `text` is a whole grapheme as the emulator joined it
 * ('' for the right half of a wide character, ' ' for an empty cell).
 */
export interface Cell {
  readonly text: string;
  /** Columns: 1, 2 for a wide character, 0 for its right half. */
  readonly width: 0 | 1 | 2;
  readonly style: Style;
}

/** A screen row: always exactly as many cells as the screen has columns. */
export interface Row {
  readonly cells: readonly Cell[];
  /** This row continues the logical line of the row above. */
  readonly wrapped: boolean;
}
