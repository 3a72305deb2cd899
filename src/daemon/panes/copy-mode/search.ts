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
    // Most lines have none: to look for the place of each character would take ten times as long.
    if (!this.#expression || grid.textOf(row).search(this.#expression) < 0) return [];
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
  const ready = pacer(grid);
  for (let row = grid.rowAfter(from.row); row < grid.length; row = grid.rowAfter(row)) {
    await ready(row);
    const [match] = pattern.matches(grid, row);
    if (match) return match;
  }
  for (let row = 0; wrap && row <= from.row; row = grid.rowAfter(row)) {
    await ready(row);
    const [match] = pattern.matches(grid, row);
    if (match) return match;
  }
  return undefined;
}

/** The last match that starts before `from`. */
export async function searchBackward(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  from: Place,
): Promise<Match | undefined> {
  const isBefore = ({ start }: Match): boolean =>
    start.row < from.row || (start.row === from.row && start.x < from.x);
  const found = from.row < grid.length && pattern.matches(grid, from.row).findLast(isBefore);
  return found || searchRowsUp(grid, pattern, grid.firstRowOf(from.row) - 1, 0);
}

/** The last match of all down to the line of `from`: where a search that found none above goes on from the bottom. */
export function searchFromBottom(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  from: Place,
): Promise<Match | undefined> {
  return searchRowsUp(grid, pattern, grid.length - 1, grid.firstRowOf(from.row));
}

async function searchRowsUp(
  grid: PaneSnapshot,
  pattern: SearchPattern,
  start: number,
  stop: number,
): Promise<Match | undefined> {
  const ready = pacer(grid);
  for (let row = start; row >= stop; row = grid.firstRowOf(row) - 1) {
    await ready(row);
    const match = pattern.matches(grid, row).at(-1);
    if (match) return match;
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
  const ready = pacer(grid);
  let count = 0;
  for (let row = grid.firstRowOf(grid.length - 1); row >= 0; row = row > 0 ? grid.firstRowOf(row - 1) : -1) {
    await ready(row);
    count += pattern.matches(grid, row).length;
    if (performance.now() < deadline) continue;
    const sure = [1000, 100, 10].find((size) => count > size);
    return sure === undefined ? '' : `${sure}+`;
  }
  return String(count);
}

/** Before a line is looked at: loads it, and gives the event loop a turn when a slice of time is over. */
function pacer(grid: PaneSnapshot): (row: number) => Promise<void> | undefined {
  let until = performance.now() + SLICE_MS;
  let lines = 0;
  return (row) => {
    const loading = grid.prepare(row);
    if (loading) return loading;
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
  let at = grid.firstRowOf(row);
  const end = grid.rowAfter(at);
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
