import type { PaneSnapshot } from '../pane-snapshot.ts';
import { GridReader, type Place } from './grid-reader.ts';

const OPEN = '{[(';
const CLOSE = '}])';
const BRACKETS = OPEN + CLOSE;

/**
 * Where next-matching-bracket goes, after tmux's window-copy.c; undefined: nowhere.
 * emacs looks at the character here and the one after it, else the reader goes on by
 * a word; vi looks on to the end of the line, and goes back from a closing bracket.
 */
export function nextBracket(reader: GridReader, grid: PaneSnapshot, vi: boolean): Place | undefined {
  const from = reader.place;
  if (reader.lineLength() === 0) return undefined;
  const found = vi
    ? firstInLine(grid, from)
    : [from, { x: from.x + 1, row: from.row }].find((at) => isOneOf(grid, at, OPEN));
  if (!found) {
    if (!vi) reader.nextWordEnd(OPEN);
    return undefined;
  }
  return isOneOf(grid, found, CLOSE) ? partnerBefore(grid, found) : partnerAfter(grid, found);
}

/** The same for previous-matching-bracket; vi goes only from a closing bracket. */
export function previousBracket(reader: GridReader, grid: PaneSnapshot, vi: boolean): Place | undefined {
  const from = reader.place;
  if (reader.lineLength() === 0) return undefined;
  const places = vi || from.x === 0 ? [from] : [from, { x: from.x - 1, row: from.row }];
  const found = places.find((at) => isOneOf(grid, at, CLOSE));
  if (found) return partnerBefore(grid, found);
  if (!vi) reader.previousWord(CLOSE, { already: true, stopAtLineEnd: true });
  return undefined;
}

function firstInLine(grid: PaneSnapshot, from: Place): Place | undefined {
  const reader = new GridReader(grid, from);
  for (let { x, row } = from; ; row++, x = 0) {
    for (const length = reader.lineLength(row); x < length; x++) {
      if (isOneOf(grid, { x, row }, BRACKETS)) return { x, row };
    }
    if (!reader.continues(row)) return undefined;
  }
}

function partnerAfter(grid: PaneSnapshot, from: Place): Place | undefined {
  const opening = textAt(grid, from);
  const closing = CLOSE[OPEN.indexOf(opening)];
  let depth = 0;
  for (let { x, row } = from; row < grid.length; row++, x = 0) {
    for (const { cells } = grid.row(row); x < cells.length; x++) {
      const text = cells[x]?.text;
      if (text === opening) depth++;
      else if (text === closing && --depth === 0) return { x, row };
    }
  }
  return undefined;
}

function partnerBefore(grid: PaneSnapshot, from: Place): Place | undefined {
  const closing = textAt(grid, from);
  const opening = OPEN[CLOSE.indexOf(closing)];
  let depth = 0;
  for (let { x, row } = from; row >= 0; row--, x = grid.cols - 1) {
    for (const { cells } = grid.row(row); x >= 0; x--) {
      const text = cells[x]?.text;
      if (text === closing) depth++;
      else if (text === opening && --depth === 0) return { x, row };
    }
  }
  return undefined;
}

function isOneOf(grid: PaneSnapshot, at: Place, set: string): boolean {
  const text = textAt(grid, at);
  return text !== '' && set.includes(text);
}

function textAt(grid: PaneSnapshot, { x, row }: Place): string {
  return grid.row(row).cells[x]?.text ?? '';
}
