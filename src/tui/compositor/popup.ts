import { drawFormat } from '../../term/format-draw.ts';
import type { Grid } from '../../term/grid.ts';
import { plainStyle, type Style } from '../../term/style.ts';
import { parseStyle } from '../../term/styles.ts';
import { LINES as BORDER_LINES, Join } from './borders.ts';
import type { Screen } from './chrome.ts';
import type { PaneView } from './compositor.ts';
import type { Cursor } from './terminal-writer.ts';

type PopupState = Extract<NonNullable<Screen['overlay']>, { kind: 'popup' }>;

/** popup-border-lines, by `Join`. */
const LINES: Readonly<Record<string, string>> = { ...BORDER_LINES, rounded: '│─╭╮╰╯', padded: '      ' };
/** The title begins two cells inside of the box and ends two before its right end. */
const TITLE_INSET = 2;

/** A popup: a program's cells in a box over everything else. */
export class Popup {
  readonly #state: PopupState;
  readonly #border: number;
  readonly #glyphs: readonly string[];
  readonly #style: Style;
  readonly #borderStyle: Style;
  #view: PaneView | undefined;

  constructor(state: PopupState) {
    this.#state = state;
    this.#border = state.lines === 'none' ? 0 : 1;
    this.#glyphs = [...(LINES[state.lines] ?? LINES.single!)];
    this.#style = parseStyle(state.style) ?? plainStyle;
    this.#borderStyle = parseStyle(state.borderStyle) ?? plainStyle;
  }

  /** The popup of a screen, if it shows one. */
  static of({ overlay }: Screen): Popup | undefined {
    return overlay?.kind === 'popup' ? new Popup(overlay) : undefined;
  }

  /** Takes the newest frame; marks the terminal rows that it changes. */
  look(panes: ReadonlyMap<string, PaneView>, dirty: Uint8Array): void {
    const view = panes.get(this.#state.pane);
    if (view === this.#view) return;
    for (let row = 0; row < this.#innerRows; row++)
      if (view?.rows[row] !== this.#view?.rows[row]) dirty[this.#state.y + this.#border + row] = 1;
    this.#view = view;
  }

  drawRow(grid: Grid, y: number): void {
    const { x, cols, rows } = this.#state;
    const row = y - this.#state.y;
    if (row < 0 || row >= rows) return;
    const border = this.#border;
    if (border > 0 && (row === 0 || row === rows - 1)) {
      this.#drawEdge(grid, y, row === 0);
      return;
    }
    const side = this.#glyphs[Join.topBottom]!;
    if (border > 0) for (const at of [x, x + cols - 1]) grid.put(at, y, side, 1, this.#borderStyle);
    const inner = { x: x + border, cols: cols - 2 * border };
    grid.putRow(inner.x, y, this.#view?.rows[row - border], 0, inner.cols, this.#style);
  }

  get cursor(): Cursor {
    const { x, y, cols } = this.#state;
    const cursor = this.#view?.cursor ?? { x: 0, y: 0, visible: false, shape: 0, colour: '' };
    const inside = cursor.x < cols - 2 * this.#border && cursor.y < this.#innerRows;
    return {
      ...cursor,
      x: x + this.#border + cursor.x,
      y: y + this.#border + cursor.y,
      visible: cursor.visible && inside,
    };
  }

  get #innerRows(): number {
    return this.#state.rows - 2 * this.#border;
  }

  #drawEdge(grid: Grid, y: number, top: boolean): void {
    const { x, cols, title } = this.#state;
    const style = this.#borderStyle;
    const [left, right] = top ? [Join.topLeft, Join.topRight] : [Join.bottomLeft, Join.bottomRight];
    grid.fill(x, y, cols, style, this.#glyphs[Join.leftRight]!);
    grid.put(x, y, this.#glyphs[left]!, 1, style);
    grid.put(x + cols - 1, y, this.#glyphs[right]!, 1, style);
    if (top) drawFormat(grid, x + TITLE_INSET, y, Math.max(0, cols - 2 * TITLE_INSET), title, style);
  }
}
