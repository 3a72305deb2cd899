import type { PaneSnapshot } from '../pane-snapshot.ts';
import type { Place } from './grid-reader.ts';

export interface Match {
  readonly start: Place;
  /** The place after its last character. */
  readonly end: Place;
  readonly text: string;
}

/** A search lets other panes of the thread go on after this. */
const SLICE_MS = 4;
/** tmux takes as long to count what it has found. */
const COUNT_MS = 200;
/** How many lines are read between two looks at the clock. */
const LINES_A_LOOK = 32;

/** What to look for: all in lower case means that case does not matter, as in tmux. */
export class SearchPattern {
  readonly text: string;
  readonly #expression: RegExp | undefined;

  /** @param regex by POSIX extended syntax; one that is not valid matches nothing. */
  constructor(text: string, regex: boolean) {
    this.text = text;
    const flags = text === text.toLowerCase() ? 'giu' : 'gu';
    try {
      this.#expression = new RegExp(
        regex ? fromPosix(text) : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
        flags,
      );
    } catch {
      this.#expression = undefined;
    }
  }

  /** Matches in the line that has this row, first to last. */
  matches(grid: PaneSnapshot, row: number): Match[] {
    if (!this.#expression) return [];
    const { text, places } = lineAt(grid, row);
    const found: Match[] = [];
    for (const match of text.matchAll(this.#expression)) {
      const start = places[match.index];
      const end = places[match.index + match[0].length];
      if (start && end && match[0] !== '') found.push({ start, end, text: match[0] });
    }
    return found;
  }
}

/** The first row of the line that has this row. */
export function firstRow(grid: PaneSnapshot, row: number): number {
  let first = row;
  while (first > 0 && grid.wrapped(first)) first--;
  return first;
}

/** The row after the last one of the line that has this row. */
function rowAfter(grid: PaneSnapshot, row: number): number {
  let next = row + 1;
  while (next < grid.length && grid.wrapped(next)) next++;
  return next;
}

/** The next match that starts at `from` or after, wrapping around at the end if asked to. */
export async function searchForward(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  from: Place,
  wrap: boolean,
): Promise<Match | undefined> {
  const isAfter = ({ start }: Match): boolean =>
    start.row > from.row || (start.row === from.row && start.x >= from.x);
  const found = pattern.matches(grid, from.row).find(isAfter);
  if (found) return found;
  const pause = pacer();
  for (let row = rowAfter(grid, from.row); row < grid.length; row = rowAfter(grid, row)) {
    const [match] = pattern.matches(grid, row);
    if (match) return match;
    await pause();
  }
  for (let row = 0; wrap && row <= from.row; row = rowAfter(grid, row)) {
    const [match] = pattern.matches(grid, row);
    if (match) return match;
    await pause();
  }
  return undefined;
}

/** The last match that starts before `from`, wrapping around at the top if asked to. */
export async function searchBackward(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  from: Place,
  wrap: boolean,
): Promise<Match | undefined> {
  const isBefore = ({ start }: Match): boolean =>
    start.row < from.row || (start.row === from.row && start.x < from.x);
  const found = pattern.matches(grid, from.row).findLast(isBefore);
  if (found) return found;
  const pause = pacer();
  for (let row = firstRow(grid, from.row) - 1; row >= 0; row = firstRow(grid, row) - 1) {
    const match = pattern.matches(grid, row).at(-1);
    if (match) return match;
    await pause();
  }
  const stop = firstRow(grid, from.row);
  for (let row = grid.length - 1; wrap && row >= stop; row = firstRow(grid, row) - 1) {
    const match = pattern.matches(grid, row).at(-1);
    if (match) return match;
    await pause();
  }
  return undefined;
}

/**
 * How many matches there are in all, e.g. '60'. What cannot be counted in time is told as tmux does,
 * e.g. '100+'; '' for fewer than ten of those.
 */
export async function countMatches(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  patienceMs = COUNT_MS,
): Promise<string> {
  const deadline = performance.now() + patienceMs;
  const pause = pacer();
  let count = 0;
  for (let row = firstRow(grid, grid.length - 1); row >= 0; row = row > 0 ? firstRow(grid, row - 1) : -1) {
    count += pattern.matches(grid, row).length;
    await pause();
    if (performance.now() < deadline) continue;
    const sure = [1000, 100, 10].find((size) => count > size);
    return sure === undefined ? '' : `${sure}+`;
  }
  return String(count);
}

/** Gives the event loop a turn when a slice of time is over. */
function pacer(): () => Promise<void> | undefined {
  let until = performance.now() + SLICE_MS;
  let lines = 0;
  return () => {
    if (++lines % LINES_A_LOOK !== 0 || performance.now() < until) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        until = performance.now() + SLICE_MS;
        resolve();
      });
    });
  };
}

/** A line's text, and the place of each of its code units and of its end. */
function lineAt(grid: PaneSnapshot, row: number): { text: string; places: Place[] } {
  const places: Place[] = [];
  let text = '';
  let at = firstRow(grid, row);
  const end = rowAfter(grid, at);
  for (; at < end; at++) {
    for (const [x, cell] of grid.row(at).cells.entries()) {
      for (let i = 0; i < cell.text.length; i++) places.push({ x, row: at });
      text += cell.text;
    }
  }
  places.push({ x: grid.row(end - 1).cells.length, row: end - 1 });
  return { text, places };
}

/** Character classes are what POSIX has and JavaScript has not. */
function fromPosix(expression: string): string {
  const classes: Record<string, string> = {
    alpha: '\\p{L}',
    digit: '0-9',
    alnum: '\\p{L}0-9',
    upper: '\\p{Lu}',
    lower: '\\p{Ll}',
    space: '\\s',
    blank: ' \\t',
    punct: '\\p{P}\\p{S}',
    xdigit: '0-9A-Fa-f',
    word: '\\w',
  };
  const known = expression.replace(/\[:(\w+):\]/g, (all, name: string) => classes[name] ?? all);
  // Under the flag u only syntax characters may be escaped.
  return known.replace(/\\([^\\^$.*+?()[\]{}|/dDwWsSbBpPux0-9-])/g, '$1');
}
