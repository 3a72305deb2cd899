import type { Body } from '../../protocol/message.ts';
import type { SCREEN } from '../../protocol/messages/sessions.ts';
import { drawFormat, formatWidth, type MouseRange } from '../../term/format-draw.ts';
import type { Grid } from '../../term/grid.ts';
import { Attribute, plainStyle, type Style } from '../../term/style.ts';
import { parseStyle, styleOver } from '../../term/styles.ts';
import { graphemesOf, textWidth } from '../../term/width.ts';
import { ARROWS, Borders, Join, LINES } from './borders.ts';

export type Screen = Body<typeof SCREEN>;
export type ScreenPane = Screen['panes'][number];

/** Where the parts of the screen lie on the terminal. */
export interface Placement {
  /** Terminal rows of the panes' area: from `top`, `rows` of them. */
  readonly top: number;
  readonly rows: number;
  /** First row of the status lines, and how many there are. */
  readonly statusTop: number;
  readonly statusRows: number;
  /** Row of messages and of the prompt. */
  readonly messageRow: number;
}

export function placementOf(screen: Screen, rows: number): Placement {
  const { position, lines } = screen.status;
  const statusRows = position === 'off' ? 0 : Math.min(lines.length, rows);
  const top = position === 'top' ? statusRows : 0;
  const statusTop = position === 'top' ? 0 : rows - statusRows;
  const messageRow = position === 'top' ? Math.max(0, statusRows - 1) : rows - 1;
  return { top, rows: rows - statusRows, statusTop, statusRows, messageRow };
}

/** Panes that are seen: of a zoomed window the active one. */
export function visiblePanes(screen: Screen): readonly ScreenPane[] {
  return screen.window.zoomed ? screen.panes.filter((pane) => pane.active) : screen.panes;
}

/** Title bars begin two cells inside their pane and end two cells before its right end. */
const TITLE_INSET = 2;

/** Draws borders, pane titles and what is outside the window. */
export function drawBorders(grid: Grid, screen: Screen, place: Placement): void {
  const { window, origin, border } = screen;
  const panes = visiblePanes(screen);
  const borders = new Borders(window, panes, border.status, border.indicators);
  const style = parseStyle(border.style) ?? plainStyle;
  const activeStyle = parseStyle(border.activeStyle) ?? plainStyle;
  const arrows = border.indicators === 'arrows' || border.indicators === 'both';
  const glyphs = [...(LINES[border.lines] ?? LINES.single!)];
  const glyph = (join: number, pane: ScreenPane | undefined) => {
    if (border.lines === 'number' && join !== Join.outside) return pane ? String(pane.index % 10) : '*';
    return glyphs[join]!;
  };

  const inside = insideOfPanes(grid.cols, screen, place, panes);
  for (let row = 0; row < place.rows; row++)
    for (let column = 0; column < grid.cols; column++) {
      if (inside[row * grid.cols + column] === 1) continue;
      const x = column + origin.x;
      const y = row + origin.y;
      const cell = borders.at(x, y);
      if (!cell) continue;
      const { pane } = cell;
      let drawn = pane?.active && borders.isOnBorderOf(pane, x, y) ? activeStyle : style;
      if (panes.some((other) => other.marked && borders.isOnBorderOf(other, x, y)))
        drawn = { ...drawn, flags: drawn.flags ^ Attribute.inverse };
      let text = glyph(cell.join, pane);
      if (arrows && pane && hasArrow(cell.join, borders.activeSide(x, y), column - pane.x, row - pane.y))
        text = ARROWS[borders.activeSide(x, y)]!;
      grid.put(column, place.top + row, text, 1, drawn);
    }
  if (border.status === 'off') return;
  for (const pane of panes) {
    const row = border.status === 'top' ? pane.y - 1 : pane.y + pane.rows;
    drawTitle(grid, screen, place, pane, row, pane.active ? activeStyle : style, (x) =>
      glyph(borders.at(x, row)?.join ?? Join.leftRight, pane),
    );
  }
}

/** 1 for cells that a pane covers: nearly all, and none of them need be asked what border they are. */
function insideOfPanes(
  cols: number,
  { origin }: Screen,
  place: Placement,
  panes: readonly ScreenPane[],
): Uint8Array {
  const inside = new Uint8Array(cols * place.rows);
  for (const pane of panes) {
    const left = Math.max(0, pane.x - origin.x);
    const right = Math.min(cols, pane.x + pane.cols - origin.x);
    const bottom = Math.min(place.rows, pane.y + pane.rows - origin.y);
    for (let y = Math.max(0, pane.y - origin.y); y < bottom && left < right; y++)
      inside.fill(1, y * cols + left, y * cols + right);
  }
  return inside;
}

/** Arrows stand one cell from a border's beginning, where it runs straight past the active pane. */
function hasArrow(join: number, side: string, fromLeft: number, fromTop: number): boolean {
  const across =
    join === Join.leftRight ||
    (join === Join.topJoin && side === 'bottom') ||
    (join === Join.bottomJoin && side === 'top');
  const down =
    join === Join.topBottom ||
    (join === Join.leftJoin && side === 'right') ||
    (join === Join.rightJoin && side === 'left');
  return side !== 'none' && side !== 'inside' && ((fromLeft === 1 && across) || (fromTop === 1 && down));
}

function drawTitle(
  grid: Grid,
  screen: Screen,
  place: Placement,
  pane: ScreenPane,
  row: number,
  style: Style,
  glyph: (x: number) => string,
): void {
  const y = row - screen.origin.y;
  if (row < 0 || y < 0 || y >= place.rows) return;
  const cols = pane.cols < 2 * TITLE_INSET ? 0 : pane.cols - 2 * TITLE_INSET;
  const left = pane.x + TITLE_INSET - screen.origin.x;
  for (let column = 0; column < cols; column++)
    grid.put(left + column, place.top + y, glyph(pane.x + TITLE_INSET + column), 1, style);
  drawFormat(grid, left, place.top + y, cols, pane.title, style);
}

/** Draws the status lines; returns their mouse ranges by line. */
export function drawStatus(grid: Grid, screen: Screen, place: Placement): MouseRange[][] {
  const style = parseStyle(screen.status.style) ?? plainStyle;
  return screen.status.lines.slice(0, place.statusRows).map((line, index) => {
    grid.fill(0, place.statusTop + index, grid.cols, style);
    return drawFormat(grid, 0, place.statusTop + index, grid.cols, line, style);
  });
}

/** Draws the message, or the prompt, over the last status line; returns the prompt's cursor column. */
export function drawMessage(grid: Grid, screen: Screen, place: Placement): number | undefined {
  const { message, prompt } = screen;
  if (prompt) {
    const style = parseStyle(prompt.style) ?? plainStyle;
    grid.fill(0, place.messageRow, grid.cols, style);
    const label = Math.min(formatWidth(prompt.label), grid.cols);
    drawFormat(grid, 0, place.messageRow, grid.cols, prompt.label, style);
    return drawInput(grid, label, place.messageRow, prompt.value, prompt.cursor, style);
  }
  if (message) {
    const style = parseStyle(message.style) ?? plainStyle;
    grid.fill(0, place.messageRow, grid.cols, style);
    drawFormat(grid, 0, place.messageRow, grid.cols, message.text, style);
  }
  return undefined;
}

/** A line of input from column x on, scrolled so that the cursor is in sight; returns the cursor's column. */
function drawInput(grid: Grid, x: number, y: number, value: string, cursor: number, style: Style): number {
  const room = grid.cols - x;
  const before = textWidth(value.slice(0, cursor));
  const scrolled = Math.max(0, before + 1 - room);
  let column = -scrolled;
  for (const { text, width } of graphemesOf(value)) {
    if (column >= 0 && column + width <= room) grid.put(x + column, y, text, width, style);
    column += width;
  }
  return Math.min(grid.cols - 1, x + before - scrolled);
}

/** A short notice that ends before column `right`, cut to `room` columns; returns its columns. */
export function drawNotice(
  grid: Grid,
  right: number,
  y: number,
  room: number,
  text: string,
  style: Style,
): number {
  const shown = graphemesOf(text).slice(0, Math.max(0, room));
  const cols = shown.reduce((sum, { width }) => sum + width, 0);
  let x = right - cols;
  for (const glyph of shown) {
    grid.put(x, y, glyph.text, glyph.width, style);
    x += glyph.width;
  }
  return cols;
}

/** The pane's default colours (window-style), or undefined where it has none. */
export function paneStyle(pane: ScreenPane): Style | undefined {
  if (pane.style === '' || pane.style === 'default') return undefined;
  const style = styleOver(plainStyle, parseStyle(pane.style) ?? plainStyle);
  return style.fg === 0 && style.bg === 0 ? undefined : style;
}
