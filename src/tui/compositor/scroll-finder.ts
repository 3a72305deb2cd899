import { CELL_INTS, CODE, type Grid, SPACE, sameCell } from '../../term/grid.ts';

/** Rows that moved as one block: row y of the new screen was row y + by of the old one, for top <= y < bottom. */
export interface Scroll {
  readonly top: number;
  readonly bottom: number;
  readonly by: number;
}

/** Moving fewer rows than this saves less than the margins cost. */
const LEAST_ROWS = 3;

/**
 * Finds the largest block of whole rows that moved up or down. The frames do not say
 * so: what counts is what the terminal shows, which also chrome and several panes decide.
 */
export function findScroll(drawn: Grid, grid: Grid, first: number, last: number): Scroll | undefined {
  if (last - first < LEAST_ROWS) return undefined;
  const before = new Map<number, number>();
  for (let y = first; y <= last; y++) {
    const hash = rowHash(drawn, y);
    if (hash !== 0) before.set(hash, y);
  }
  const votes = new Map<number, number>();
  let by = 0;
  for (let y = first; y <= last; y++) {
    const was = before.get(rowHash(grid, y));
    if (was === undefined || was === y) continue;
    const count = (votes.get(was - y) ?? 0) + 1;
    votes.set(was - y, count);
    if (count > (votes.get(by) ?? 0)) by = was - y;
  }
  if (by === 0 || votes.get(by)! < LEAST_ROWS) return undefined;
  return longestBlock(drawn, grid, first, last, by);
}

function longestBlock(drawn: Grid, grid: Grid, first: number, last: number, by: number): Scroll | undefined {
  let best: Scroll | undefined;
  let top = -1;
  const end = Math.min(last, last - by) + 1;
  for (let y = Math.max(first, first - by); y <= end; y++) {
    const moved = y < end && sameRows(grid, y, drawn, y + by);
    if (moved && top < 0) top = y;
    if (!moved && top >= 0) {
      if (y - top >= LEAST_ROWS && (!best || y - top > best.bottom - best.top)) best = { top, bottom: y, by };
      top = -1;
    }
  }
  return best;
}

/** Does to `drawn` what the terminal does: the block moves, blank rows come in. */
export function applyScroll(drawn: Grid, scroll: Scroll, blank: Grid): void {
  const { top, bottom, by } = scroll;
  const step = by > 0 ? 1 : -1;
  const start = by > 0 ? top : bottom - 1;
  for (let count = 0, y = start; count < bottom - top; count++, y += step) drawn.moveRow(y + by, y);
  for (let count = 0; count < Math.abs(by); count++)
    drawn.copyRow(blank, by > 0 ? bottom + count : top - 1 - count);
}

/** 0 for an empty row. */
function rowHash(grid: Grid, y: number): number {
  const { cells } = grid;
  const ints = grid.cols * CELL_INTS;
  let hash = 0;
  let ink = false;
  for (let at = y * ints; at < (y + 1) * ints; at += CELL_INTS) {
    const code = cells[at + CODE]!;
    if (code !== SPACE) ink = true;
    hash = (Math.imul(hash, 31) + code + (cells[at + 1]! ^ cells[at + 2]!)) | 0;
  }
  return ink ? hash || 1 : 0;
}

function sameRows(a: Grid, ay: number, b: Grid, by: number): boolean {
  for (let x = 0; x < a.cols; x++) if (!sameCell(a, ay * a.cols + x, b, by * b.cols + x)) return false;
  return true;
}
