import type { PaneSnapshot } from '../pane-snapshot.ts';
import { GridReader, isBefore, type Place } from './grid-reader.ts';

/** How keys and selections behave: the option mode-keys. */
export type ModeKeys = 'emacs' | 'vi';

/** `start` is where it began, `end` follows the cursor; either may come first. */
export interface Selection {
  readonly start: Place;
  readonly end: Place;
  readonly rectangle: boolean;
}

/**
 * Whether a cell is selected, after tmux's screen_check_selection: vi includes the
 * character under the last place, emacs does not.
 */
export function isSelected({ start, end, rectangle }: Selection, at: Place, keys: ModeKeys): boolean {
  if (rectangle) {
    const inRows = at.row >= Math.min(start.row, end.row) && at.row <= Math.max(start.row, end.row);
    return inRows && at.x >= Math.min(start.x, end.x) && at.x <= Math.max(start.x, end.x);
  }
  const [first, last] = isBefore(end, start) ? [end, start] : [start, end];
  if (isBefore(at, first)) return false;
  if (keys === 'vi') return !isBefore(last, at);
  // At the start of a row the cell of the cursor shows, though nothing of the row is selected.
  if (last === end && last.x === 0 && at.row === last.row && at.x === 0) return true;
  return isBefore(at, last);
}

/**
 * The text of a selection as copy-selection copies it, after tmux's window_copy_get_selection.
 * @param ends the fixed end and the cursor, between which a rectangle lies.
 */
export function selectedText(
  grid: PaneSnapshot,
  selection: Selection,
  ends: { anchor: Place; cursor: Place },
  keys: ModeKeys,
): string {
  const { rectangle } = selection;
  const [first, last] = isBefore(selection.end, selection.start)
    ? [selection.end, selection.start]
    : [selection.start, selection.end];
  const reader = new GridReader(grid, last);
  const lastLength = reader.lineLength();
  const endX = Math.min(last.x, lastLength);
  let columns = { firstFrom: first.x, from: 0, to: grid.cols, lastTo: keys === 'vi' ? endX + 1 : endX };
  if (rectangle) {
    const anchor = ends.anchor.x;
    const cursor = ends.cursor;
    const [from, to] =
      anchor < cursor.x ? [anchor, keys === 'vi' ? cursor.x + 1 : cursor.x] : [cursor.x, anchor + 1];
    columns = { firstFrom: from, from, to, lastTo: to };
  }
  let text = '';
  for (let { row } = first; row <= last.row; row++) {
    const from = row === first.row ? columns.firstFrom : columns.from;
    const to = row === last.row ? columns.lastTo : columns.to;
    text += rowText(grid, reader, row, from, to);
  }
  const wholeLast = reader.continues(last.row) && columns.lastTo === lastLength;
  if ((keys === 'emacs' || columns.lastTo <= lastLength) && !wholeLast && text.endsWith('\n'))
    return text.slice(0, -1);
  return text;
}

/** Columns of a row, with a newline where its line ends or was cut. */
function rowText(grid: PaneSnapshot, reader: GridReader, row: number, from: number, to: number): string {
  if (from > to) return '';
  const { cells } = grid.row(row);
  const continues = reader.continues(row);
  const length = continues ? cells.length : reader.lineLength(row);
  const end = Math.min(to, length);
  let text = '';
  for (let x = Math.min(from, length); x < end; x++) text += cells[x]?.text ?? '';
  return continues && end === length ? text : `${text}\n`;
}
