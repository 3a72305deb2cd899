import type { Size } from '../terminal.ts';

/** A rectangle of the terminal's cells. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** Borders left and right, and a blank beside each. */
export const FRAME_COLS = 4;
export const FRAME_ROWS = 2;
/** The least inner size that is worth a frame. */
const LEAST_COLS = 8;
const LEAST_ROWS = 1;

/** A framed box for this much, in the middle of the area; undefined where there is no room for it. */
export function centred(area: Box, innerCols: number, innerRows: number): Box | undefined {
  const x = area.x + Math.trunc((area.cols - innerCols - FRAME_COLS) / 2);
  const y = area.y + Math.trunc((area.rows - innerRows - FRAME_ROWS) / 2);
  return fitted(area, x, y, innerCols, innerRows);
}

/** A framed box for this much at x, y, moved and cut so that it lies inside the area. */
export function fitted(
  area: Box,
  x: number,
  y: number,
  innerCols: number,
  innerRows: number,
): Box | undefined {
  const cols = Math.min(area.cols, Math.max(innerCols, LEAST_COLS) + FRAME_COLS);
  const rows = Math.min(area.rows, Math.max(innerRows, LEAST_ROWS) + FRAME_ROWS);
  if (cols < LEAST_COLS + FRAME_COLS || rows < LEAST_ROWS + FRAME_ROWS) return undefined;
  return {
    x: Math.max(area.x, Math.min(x, area.x + area.cols - cols)),
    y: Math.max(area.y, Math.min(y, area.y + area.rows - rows)),
    cols,
    rows,
  };
}
