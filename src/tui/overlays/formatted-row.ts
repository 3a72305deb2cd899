import { drawFormat } from '../../term/format-draw.ts';
import { Grid } from '../../term/grid.ts';
import type { Cell, Row } from '../../term/row.ts';
import { FRAME_COLS } from './boxes.ts';

/** A framed row whose text is drawn again in tmux's notation, which has dim, italics and truecolor that blessed lacks. */
export function withFormat(row: Row, format: string): Row {
  const left = FRAME_COLS / 2;
  const cols = row.cells.length - FRAME_COLS;
  const base = row.cells[left];
  if (cols <= 0 || !base) return row;
  const grid = new Grid(cols, 1);
  grid.fill(0, 0, cols, base.style);
  drawFormat(grid, 0, 0, cols, format, base.style);
  const cells: Cell[] = Array.from({ length: cols }, (_, x) => {
    const text = grid.textAt(x, 0);
    const wide = x + 1 < cols && grid.textAt(x + 1, 0) === '';
    const width = text === '' ? 0 : wide ? 2 : 1;
    return { text, width, style: grid.styleAt(x, 0) };
  });
  return { ...row, cells: [...row.cells.slice(0, left), ...cells, ...row.cells.slice(left + cols)] };
}
