import type { HistoryLine } from '../../term/emulator/history-line.ts';
import type { Cell } from '../../term/row.ts';
import { decodeRow } from '../../term/row-codec.ts';

/** A row of a snapshot. */
export interface SnapshotRow {
  /** As many as were written, at most the width; spaces at the end that were written count. */
  readonly cells: readonly Cell[];
  /** Continues the line of the row above. */
  readonly wrapped: boolean;
}

/** Cuts a line into rows: a wide character that does not fit goes to the next row. At least one row. */
export function layOut(line: HistoryLine, cols: number): SnapshotRow[] {
  const { cells } = decodeRow(line.bytes, line.cells);
  const rows: SnapshotRow[] = [];
  let start = 0;
  do {
    let end = Math.min(start + cols, cells.length);
    if (end < cells.length && end > start + 1 && cells[end]?.width === 0) end--;
    rows.push({ cells: cells.slice(start, end), wrapped: start > 0 });
    start = end;
  } while (start < cells.length);
  return rows;
}

/** How many rows a line has by its cells << 1 | wide; one with wide characters is looked at. */
export function rowsOfPacked(packed: number, cols: number, line: () => HistoryLine): number {
  return packed & 1 ? rowsOf(line(), cols) : Math.max(1, Math.ceil((packed >>> 1) / cols));
}

/** How many rows `layOut` makes. */
export function rowsOf(line: HistoryLine, cols: number): number {
  return line.wide ? layOut(line, cols).length : Math.max(1, Math.ceil(line.cells / cols));
}
