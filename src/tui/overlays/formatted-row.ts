import { drawFormat } from '../../term/format-draw.ts';
import { Grid } from '../../term/grid.ts';
import type { Cell, Row } from '../../term/row.ts';
import { plainStyle } from '../../term/style.ts';
import { FRAME_COLS } from './boxes.ts';

/**
 * A row whose text is drawn again in tmux's notation, which has dim, italics and truecolor that blessed lacks.
 * @param frame columns of the frame at either end, which stay
 * @param over what the text leaves free stays too
 */
export function withFormat(row: Row, format: string, frame = FRAME_COLS / 2, over = false): Row {
  const cols = row.cells.length - 2 * frame;
  const base = row.cells[frame];
  if (cols <= 0 || !base) return row;
  const grid = new Grid(cols, 1);
  if (over) grid.putRow(0, 0, row, frame, cols);
  else grid.fill(0, 0, cols, base.style);
  drawFormat(grid, 0, 0, cols, format, over ? plainStyle : base.style);
  const cells: Cell[] = Array.from({ length: cols }, (_, x) => {
    const text = grid.textAt(x, 0);
    const wide = x + 1 < cols && grid.textAt(x + 1, 0) === '';
    const width = text === '' ? 0 : wide ? 2 : 1;
    return { text, width, style: grid.styleAt(x, 0) };
  });
  return { ...row, cells: [...row.cells.slice(0, frame), ...cells, ...row.cells.slice(frame + cols)] };
}

/** A line from border to border. */
export function asRule(row: Row): Row {
  const style = row.cells[0]?.style ?? plainStyle;
  const last = row.cells.length - 1;
  const cells = row.cells.map(
    (_, x): Cell => ({ text: x === 0 ? '├' : x === last ? '┤' : '─', width: 1, style }),
  );
  return { ...row, cells };
}
