import type { Pane } from '../pane.ts';
import type { Window } from '../window.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** A pane of a window by `%id`, index, `!`, `{top-left}` and the like, or from another by `+`, `-1`, `{left-of}`. */
export function paneByDescription(window: Window, text: string, from = window.active): Pane | undefined {
  if (text.startsWith('%')) return window.panes.find((pane) => pane.name === text);
  const { panes } = window;
  if (text === '!' || text === '{last}') return window.lastPanes[0];
  const neighbour = /^\{(up|down|left|right)-of\}$/.exec(text);
  if (neighbour) return paneInDirection(window, from, neighbour[1] as Direction);
  const word = text === '{next}' ? '+' : text === '{previous}' ? '-' : text;
  const offset = /^([+-])(\d*)$/.exec(word);
  if (offset) {
    const by = (offset[2] ? Number.parseInt(offset[2], 10) : 1) % panes.length;
    const at = panes.indexOf(from) + (offset[1] === '+' ? by : panes.length - by);
    return panes[at % panes.length];
  }
  if (/^\d+$/.test(word)) return panes[Number.parseInt(word, 10) - window.options.number('pane-base-index')];
  return paneAtEdge(window, word.replace(/^\{(.*)\}$/, '$1'));
}

/** 'top', 'bottom-right' and the like: the pane at that edge or corner of the window. */
function paneAtEdge(window: Window, description: string): Pane | undefined {
  let x = Math.floor(window.cols / 2);
  let y = Math.floor(window.rows / 2);
  // The row of a pane's status belongs to no pane.
  const status = window.options.text('pane-border-status');
  const top = status === 'top' ? 1 : 0;
  const right = window.cols - 1;
  const bottom = window.rows - (status === 'bottom' ? 2 : 1);
  switch (description) {
    case 'top':
      y = top;
      break;
    case 'bottom':
      y = bottom;
      break;
    case 'left':
      x = 0;
      break;
    case 'right':
      x = right;
      break;
    case 'top-left':
      [x, y] = [0, top];
      break;
    case 'top-right':
      [x, y] = [right, top];
      break;
    case 'bottom-left':
      [x, y] = [0, bottom];
      break;
    case 'bottom-right':
      [x, y] = [right, bottom];
      break;
    default:
      return undefined;
  }
  return window.panes.find(
    (pane) => x >= pane.x && x <= pane.x + pane.cols && y >= pane.y && y <= pane.y + pane.rows,
  );
}

/**
 * The neighbour across the border in a direction, around the window's edge if there
 * is none; of several the most recently active one.
 */
export function paneInDirection(window: Window, from: Pane, direction: Direction): Pane | undefined {
  const vertical = direction === 'up' || direction === 'down';
  const start = (pane: Pane) => (vertical ? pane.y : pane.x);
  const size = (pane: Pane) => (vertical ? pane.rows : pane.cols);
  const crossStart = (pane: Pane) => (vertical ? pane.x : pane.y);
  const crossSize = (pane: Pane) => (vertical ? pane.cols : pane.rows);
  const edge = edgeOf(window, from, direction);
  const low = crossStart(from);
  const high = low + crossSize(from);
  const candidates = window.panes.filter((pane) => {
    if (pane === from) return false;
    const adjacent =
      direction === 'up' || direction === 'left'
        ? start(pane) + size(pane) + 1 === edge
        : start(pane) === edge;
    if (!adjacent) return false;
    const end = crossStart(pane) + crossSize(pane) - 1;
    return (
      (crossStart(pane) < low && end > high) ||
      (crossStart(pane) >= low && crossStart(pane) <= high) ||
      (end >= low && end <= high)
    );
  });
  const recency = (pane: Pane) => {
    const at = window.lastPanes.indexOf(pane);
    return at < 0 ? window.lastPanes.length : at;
  };
  return candidates.sort((a, b) => recency(a) - recency(b))[0];
}

/** Where a neighbour in a direction begins (right, down), or ends with its border (left, up); at the window's edge the other side's. */
function edgeOf(window: Window, from: Pane, direction: Direction): number {
  const status = window.options.text('pane-border-status');
  switch (direction) {
    case 'left':
      return from.x === 0 ? window.cols + 1 : from.x;
    case 'right':
      return from.x + from.cols + 1 >= window.cols ? 0 : from.x + from.cols + 1;
    case 'up':
      if (from.y > (status === 'top' ? 1 : 0)) return from.y;
      return window.rows + (status === 'bottom' ? 0 : 1);
    case 'down': {
      const next = from.y + from.rows + 1;
      if (next < window.rows - (status === 'bottom' ? 1 : 0)) return next;
      return status === 'top' ? 1 : 0;
    }
  }
}
