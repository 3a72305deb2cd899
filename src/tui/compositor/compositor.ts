import type { Row } from '../../term/row.ts';
import { Colour, plainStyle, type Style } from '../../term/style.ts';
import { drawDigits, type Marks } from './big-digits.ts';
import {
  drawBorders,
  drawMessage,
  drawNotice,
  drawStatus,
  type Placement,
  paneStyle,
  placementOf,
  type Screen,
  type ScreenPane,
  visiblePanes,
} from './chrome.ts';
import type { MouseRange } from './format-draw.ts';
import { Grid } from './grid.ts';
import type { Cursor } from './terminal-writer.ts';

/** What the client knows of one pane: its rows and cursor, see FRAME. */
export interface PaneView {
  /** Rows that did not change are the same objects as before: that is how the compositor sees it. */
  readonly rows: readonly Row[];
  readonly cursor: Cursor;
  readonly copy?: { readonly scroll: number; readonly history: number } | undefined;
}

/** Cells that lie over everything: menus, lists, popups. */
export interface Overlay {
  readonly x: number;
  readonly y: number;
  readonly rows: readonly Row[];
  /** The terminal's cursor, in cells of the overlay, where it has one of its own or hides it. */
  readonly cursor?: Cursor | undefined;
}

export interface Composition {
  readonly screen: Screen;
  /** By pane uuid; a pane that is not in it is blank. */
  readonly panes: ReadonlyMap<string, PaneView>;
  readonly overlays?: readonly Overlay[];
  /** Notices at a pane's top right by its uuid, e.g. 'stale 12 s'. */
  readonly badges?: ReadonlyMap<string, string>;
}

/** A part of a terminal row that shows cells of a pane. */
interface Segment {
  readonly pane: ScreenPane;
  readonly x: number;
  readonly cols: number;
  /** First column and row of the pane that it shows. */
  readonly from: number;
  readonly row: number;
  readonly style: Style | undefined;
}

const HIDDEN: Cursor = { x: 0, y: 0, visible: false, shape: 0, colour: '' };
const BADGE_STYLE: Style = { ...plainStyle, fg: Colour.palette16, bg: Colour.palette16 | 3 };
/** tmux's default mode-style. */
const COPY_STYLE = BADGE_STYLE;

/**
 * Composes the terminal's grid. Inputs are values that do not change: a row is composed
 * again when one of the rows, overlays or notices that it shows is another object than
 * last time, so that a keystroke's echo costs one row.
 */
export class Compositor {
  #grid: Grid;
  /** Borders, titles, status and message lines: what does not come from panes. */
  #chrome: Grid;
  #screen: Screen | undefined;
  #place: Placement = { top: 0, rows: 0, statusTop: 0, statusRows: 0, messageRow: 0 };
  #segments: Segment[][] = [];
  #ranges: MouseRange[][] = [];
  #promptColumn: number | undefined;
  /** Cells of pane numbers and of the clock, by terminal row. */
  #digits: Marks = new Map();
  /** What each terminal row was composed of last time. */
  #inputs: unknown[][] = [];

  constructor(cols: number, rows: number) {
    this.#grid = new Grid(cols, rows);
    this.#chrome = new Grid(cols, rows);
  }

  get cols(): number {
    return this.#grid.cols;
  }

  get rows(): number {
    return this.#grid.rows;
  }

  get place(): Placement {
    return this.#place;
  }

  /** Mouse ranges of the status lines, by line. */
  get statusRanges(): readonly (readonly MouseRange[])[] {
    return this.#ranges;
  }

  /** The terminal's size; every row is composed anew after. */
  resize(cols: number, rows: number): void {
    if (cols === this.cols && rows === this.rows) return;
    this.#grid = new Grid(cols, rows);
    this.#chrome = new Grid(cols, rows);
    this.#screen = undefined;
  }

  /** Brings the grid up to date. The grid stays the same object until `resize`. */
  compose(composition: Composition): { readonly grid: Grid; readonly cursor: Cursor } {
    if (composition.screen !== this.#screen) this.#setScreen(composition.screen);
    for (let y = 0; y < this.rows; y++) {
      const inputs = this.#inputsOf(composition, y);
      if (sameInputs(inputs, this.#inputs[y])) continue;
      this.#inputs[y] = inputs;
      this.#composeRow(composition, y);
      this.#grid.touch(y);
    }
    return { grid: this.#grid, cursor: this.#cursor(composition) };
  }

  #setScreen(screen: Screen): void {
    const { cols, rows } = this;
    this.#screen = screen;
    this.#chrome = new Grid(cols, rows);
    this.#place = placementOf(screen, rows);
    drawBorders(this.#chrome, screen, this.#place);
    this.#ranges = drawStatus(this.#chrome, screen, this.#place);
    this.#promptColumn = undefined;
    this.#digits = drawDigits(screen, this.#place);
    this.#segments = Array.from({ length: rows }, () => []);
    for (const pane of visiblePanes(screen)) this.#addSegments(pane, screen);
    this.#inputs = [];
  }

  #addSegments(pane: ScreenPane, { origin }: Screen): void {
    const { top, rows } = this.#place;
    const left = Math.max(0, pane.x - origin.x);
    const right = Math.min(this.cols, pane.x + pane.cols - origin.x);
    if (right <= left) return;
    const style = paneStyle(pane);
    for (let row = 0; row < pane.rows; row++) {
      const y = pane.y + row - origin.y;
      if (y < 0 || y >= rows) continue;
      const from = left + origin.x - pane.x;
      this.#segments[top + y]!.push({ pane, x: left, cols: right - left, from, row, style });
    }
  }

  #inputsOf({ panes, overlays = [], badges }: Composition, y: number): unknown[] {
    const inputs: unknown[] = [];
    for (const { pane, row } of this.#segments[y]!) {
      const view = panes.get(pane.pane);
      inputs.push(view?.rows[row]);
      if (row === 0) inputs.push(badges?.get(pane.pane), view?.copy);
    }
    for (const overlay of overlays) inputs.push(overlay.rows[y - overlay.y], overlay.x);
    return inputs;
  }

  #composeRow(composition: Composition, y: number): void {
    const grid = this.#grid;
    const { panes, badges, overlays = [], screen } = composition;
    const clock = screen.overlay?.kind === 'clock' ? screen.overlay.pane : undefined;
    grid.copyRow(this.#chrome, y);
    for (const segment of this.#segments[y]!) {
      const view = panes.get(segment.pane.pane);
      const row = clock === segment.pane.pane ? undefined : view?.rows[segment.row];
      grid.putRow(segment.x, y, row, segment.from, segment.cols, segment.style);
      if (segment.row === 0) this.#notices(segment, y, view, badges?.get(segment.pane.pane));
    }
    for (const mark of this.#digits.get(y) ?? []) grid.put(mark.x, y, mark.text, 1, mark.style);
    if (y === this.#place.messageRow && (screen.message || screen.prompt))
      this.#promptColumn = drawMessage(grid, screen, this.#place);
    for (const overlay of overlays) {
      const row = overlay.rows[y - overlay.y];
      if (row) grid.putRow(overlay.x, y, row, 0, row.cells.length);
    }
  }

  #notices(segment: Segment, y: number, view: PaneView | undefined, badge: string | undefined): void {
    const right = segment.x + segment.cols;
    let room = segment.cols;
    if (view?.copy) {
      const text = `[${view.copy.scroll}/${view.copy.history}]`;
      drawNotice(this.#grid, right, y, room, text, COPY_STYLE);
      room -= Math.min(room, text.length);
    }
    if (badge) drawNotice(this.#grid, right - (segment.cols - room), y, room, ` ${badge} `, BADGE_STYLE);
  }

  #cursor({ screen, panes, overlays = [] }: Composition): Cursor {
    const owner = overlays.findLast(({ cursor }) => cursor !== undefined);
    if (owner?.cursor) return { ...owner.cursor, x: owner.x + owner.cursor.x, y: owner.y + owner.cursor.y };
    if (this.#promptColumn !== undefined)
      return { ...HIDDEN, x: this.#promptColumn, y: this.#place.messageRow, visible: true };
    const active = screen.panes.find((pane) => pane.active);
    const cursor = active && panes.get(active.pane)?.cursor;
    if (!cursor || (screen.overlay?.kind === 'clock' && screen.overlay.pane === active.pane)) return HIDDEN;
    const x = active.x + cursor.x - screen.origin.x;
    const y = this.#place.top + active.y + cursor.y - screen.origin.y;
    const inside = x >= 0 && x < this.cols && y >= this.#place.top && y < this.#place.top + this.#place.rows;
    return { ...cursor, x: inside ? x : 0, y: inside ? y : 0, visible: cursor.visible && inside };
  }
}

function sameInputs(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((input, index) => input === b[index]);
}
