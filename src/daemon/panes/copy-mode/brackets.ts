import type { PaneSnapshot } from '../pane-snapshot.ts';
import type { Place } from './grid-reader.ts';

const OPEN = '([{';
const CLOSE = ')]}';

/**
 * The partner of the bracket at `from`; where there is none, of the first one after
 * it in its row. undefined: no bracket, or it has no partner.
 */
export function matchingBracket(grid: PaneSnapshot, from: Place): Place | undefined {
  const { cells } = grid.row(from.row);
  for (let { x } = from; x < cells.length; x++) {
    const text = cells[x]?.text ?? '';
    if (text !== '' && OPEN.includes(text)) return partner(grid, { x, row: from.row }, text, 1);
    if (text !== '' && CLOSE.includes(text)) return partner(grid, { x, row: from.row }, text, -1);
  }
  return undefined;
}

function partner(grid: PaneSnapshot, at: Place, bracket: string, step: 1 | -1): Place | undefined {
  const other = step === 1 ? CLOSE[OPEN.indexOf(bracket)] : OPEN[CLOSE.indexOf(bracket)];
  let depth = 0;
  let { x, row } = at;
  for (;;) {
    const text = grid.row(row).cells[x]?.text;
    if (text === bracket) depth++;
    else if (text === other && --depth === 0) return { x, row };
    x += step;
    while (x < 0 || x >= grid.row(row).cells.length) {
      row += step;
      if (row < 0 || row >= grid.length) return undefined;
      x = step === 1 ? 0 : grid.row(row).cells.length - 1;
      if (grid.row(row).cells.length > 0) break;
    }
  }
}
