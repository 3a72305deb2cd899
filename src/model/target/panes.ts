import type { Pane } from '../pane.ts';
import type { Window } from '../window.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** A pane of a window by `%id`, index, `+`, `-1`, `!`, `{top-left}`, `{left-of}` and the like. */
export function paneByDescription(window: Window, text: string): Pane | undefined {
  if (text.startsWith('%')) return window.panes.find((pane) => pane.name === text);
  const { panes, active } = window;
  if (text === '!' || text === '{last}') return window.lastPanes[0];
  const neighbour = /^\{(up|down|left|right)-of\}$/.exec(text);
  if (neighbour) return paneInDirection(window, active, neighbour[1] as Direction);
  const word = text === '{next}' ? '+' : text === '{previous}' ? '-' : text;
  const offset = /^([+-])(\d*)$/.exec(word);
  if (offset) {
    const by = (offset[2] ? Number.parseInt(offset[2], 10) : 1) % panes.length;
    const at = panes.indexOf(active) + (offset[1] === '+' ? by : panes.length - by);
    return panes[at % panes.length];
  }
  if (/^\d+$/.test(word)) return panes[Number.parseInt(word, 10) - window.options.number('pane-base-index')];
  return paneAtEdge(window, word.replace(/^\{(.*)\}$/, '$1'));
}

/** 'top', 'bottom-right' and the like: the pane at that edge or corner of the window. */
function paneAtEdge(window: Window, description: string): Pane | undefined {
  let x = Math.floor(window.cols / 2);
  let y = Math.floor(window.rows / 2);
  const right = window.cols - 1;
  const bottom = window.rows - 1;
  switch (description) {
    case 'top':
      y = 0;
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
      [x, y] = [0, 0];
      break;
    case 'top-right':
      [x, y] = [right, 0];
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
  const total = vertical ? window.rows : window.cols;

  let edge: number;
  if (direction === 'up' || direction === 'left') edge = start(from) === 0 ? total + 1 : start(from);
  else edge = start(from) + size(from) >= total ? 0 : start(from) + size(from) + 1;

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
