import type { AttachedClient, PopupOverlay } from './client.ts';

/** Borders left and right, or above and below. */
const BORDERS = 2;

/** A popup's place on its client's terminal, in cells, and what its border leaves for the program. */
export interface PopupBox {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
  readonly inner: { readonly cols: number; readonly rows: number };
}

/** Where a popup is now: as it was asked for, moved and cut so that it lies on the terminal. */
export function popupBox(client: Pick<AttachedClient, 'cols' | 'rows'>, popup: PopupOverlay): PopupBox {
  const cols = Math.min(popup.cols, client.cols);
  const rows = Math.min(popup.rows, client.rows);
  const border = popup.lines === 'none' ? 0 : BORDERS;
  return {
    x: Math.min(popup.x, client.cols - cols),
    y: Math.min(popup.y, client.rows - rows),
    cols,
    rows,
    inner: { cols: Math.max(1, cols - border), rows: Math.max(1, rows - border) },
  };
}

/** A cell of the terminal as one of the popup's program; undefined outside of it. */
export function popupCell(
  client: Pick<AttachedClient, 'cols' | 'rows'>,
  popup: PopupOverlay,
  at: { readonly x: number; readonly y: number },
): { x: number; y: number } | undefined {
  const { x, y, inner } = popupBox(client, popup);
  const border = popup.lines === 'none' ? 0 : 1;
  const cell = { x: at.x - x - border, y: at.y - y - border };
  return cell.x >= 0 && cell.x < inner.cols && cell.y >= 0 && cell.y < inner.rows ? cell : undefined;
}
