import type { Body } from '../../protocol/message.ts';
import type { EVENT } from '../../protocol/messages/sessions.ts';
import type { MouseRange } from '../../term/format-draw.ts';
import { type Placement, type Screen, visiblePanes } from './chrome.ts';

type MouseEvent = Extract<Body<typeof EVENT>['event'], { kind: 'mouse' }>;

/** What lies under a cell of the terminal, in the fields of the mouse EVENT. */
export type Hit = Pick<MouseEvent, 'place' | 'pane' | 'paneX' | 'paneY'> & { readonly range?: string };

const NOWHERE: Hit = { place: 'none', pane: '', paneX: 0, paneY: 0 };

export function hitTest(
  screen: Screen,
  place: Placement,
  ranges: readonly (readonly MouseRange[])[],
  x: number,
  y: number,
): Hit {
  if (screen.overlay?.kind === 'popup') return hitPopup(screen.overlay, x, y);
  const line = y - place.statusTop;
  if (line >= 0 && line < place.statusRows) return hitStatus(ranges[line] ?? [], x);
  if (y < place.top || y >= place.top + place.rows) return NOWHERE;
  const wx = x + screen.origin.x;
  const wy = y - place.top + screen.origin.y;
  const panes = visiblePanes(screen);
  for (const pane of panes) {
    const paneX = wx - pane.x;
    const paneY = wy - pane.y;
    if (paneX >= 0 && paneX < pane.cols && paneY >= 0 && paneY < pane.rows)
      return { place: 'pane', pane: pane.pane, paneX, paneY };
  }
  // A border belongs to the pane before it: dragging it resizes that one.
  for (const pane of panes) {
    const paneX = wx - pane.x;
    const paneY = wy - pane.y;
    const beside = paneX === pane.cols && paneY >= -1 && paneY <= pane.rows;
    const below = paneY === pane.rows && paneX >= -1 && paneX <= pane.cols;
    const title = screen.border.status === 'top' && paneY === -1 && paneX >= 0 && paneX < pane.cols;
    if (beside || below || (title && pane.y === 1))
      return { place: 'border', pane: pane.pane, paneX: Math.max(0, paneX), paneY: Math.max(0, paneY) };
  }
  return NOWHERE;
}

/** A popup has the mouse to itself; what is beside it, and its border, is nowhere. */
function hitPopup(popup: Extract<Screen['overlay'], { kind: 'popup' }>, x: number, y: number): Hit {
  const border = popup.lines === 'none' ? 0 : 1;
  const paneX = x - popup.x - border;
  const paneY = y - popup.y - border;
  const inside =
    paneX >= 0 && paneX < popup.cols - 2 * border && paneY >= 0 && paneY < popup.rows - 2 * border;
  return inside ? { place: 'pane', pane: popup.pane, paneX, paneY } : NOWHERE;
}

function hitStatus(ranges: readonly MouseRange[], x: number): Hit {
  const found = ranges.find((range) => x >= range.x && x < range.end)?.range;
  if (found === undefined) return { ...NOWHERE, place: 'status-default' };
  if (found === 'left' || found === 'right') return { ...NOWHERE, place: `status-${found}` };
  return { ...NOWHERE, place: 'status', range: found };
}
