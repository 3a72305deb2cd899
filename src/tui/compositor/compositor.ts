import type { MouseRange } from '../../term/format-draw.ts';
import { Grid } from '../../term/grid.ts';
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
import { Popup } from './popup.ts';
import type { Cursor } from './terminal-writer.ts';

/** What the client knows of one pane: its rows and cursor, see FRAME. */
export interface PaneView {
  /** Rows that did not change are the same objects as before: that is how the compositor sees it. */
  readonly rows: readonly Row[];
  readonly cursor: Cursor;
  readonly copy?:
    | { readonly scroll: number; readonly history: number; readonly results?: string | undefined }
    | undefined;
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

/** Where a pane is seen: `rows` terminal rows from `y` on, `cols` columns from `x` on. */
interface Shown {
  readonly pane: ScreenPane;
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
  /** First column and row of the pane that is in sight. */
  readonly fromColumn: number;
  readonly fromRow: number;
  readonly style: Style | undefined;
  /** What it was composed of last time. */
  view: PaneView | undefined;
  badge: string | undefined;
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
  #shown: Shown[] = [];
  #overlays: readonly Overlay[] = [];
  #ranges: MouseRange[][] = [];
  #promptColumn: number | undefined;
  #popup: Popup | undefined;
  /** Cells of pane numbers and of the clock, by terminal row. */
  #digits: Marks = new Map();
  /** Terminal rows that show something else than last time. */
  #dirty: Uint8Array;

  constructor(cols: number, rows: number) {
    this.#grid = new Grid(cols, rows);
    this.#chrome = new Grid(cols, rows);
    this.#dirty = new Uint8Array(rows);
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
    this.#dirty = new Uint8Array(rows);
    this.#screen = undefined;
  }

  /** Brings the grid up to date. The grid stays the same object until `resize`. */
  compose(composition: Composition): { readonly grid: Grid; readonly cursor: Cursor } {
    if (composition.screen !== this.#screen) this.#setScreen(composition.screen);
    this.#lookAtPanes(composition);
    this.#popup?.look(composition.panes, this.#dirty);
    this.#lookAtOverlays(composition.overlays ?? []);
    for (let y = 0; y < this.rows; y++) {
      if (this.#dirty[y] === 0) continue;
      this.#composeRow(composition, y);
      this.#grid.touch(y);
    }
    this.#dirty.fill(0);
    return { grid: this.#grid, cursor: this.#cursor(composition) };
  }

  #setScreen(screen: Screen): void {
    this.#screen = screen;
    this.#chrome.clear();
    this.#place = placementOf(screen, this.rows);
    drawBorders(this.#chrome, screen, this.#place);
    this.#ranges = drawStatus(this.#chrome, screen, this.#place);
    this.#promptColumn = undefined;
    this.#digits = drawDigits(screen, this.#place);
    this.#popup = Popup.of(screen);
    this.#shown = [];
    for (const pane of visiblePanes(screen)) this.#show(pane, screen);
    this.#dirty.fill(1);
  }

  #show(pane: ScreenPane, { origin }: Screen): void {
    const left = Math.max(0, pane.x - origin.x);
    const right = Math.min(this.cols, pane.x + pane.cols - origin.x);
    const top = Math.max(0, pane.y - origin.y);
    const bottom = Math.min(this.#place.rows, pane.y + pane.rows - origin.y);
    if (right <= left || bottom <= top) return;
    this.#shown.push({
      pane,
      x: left,
      y: this.#place.top + top,
      cols: right - left,
      rows: bottom - top,
      fromColumn: left + origin.x - pane.x,
      fromRow: top + origin.y - pane.y,
      style: paneStyle(pane),
      view: undefined,
      badge: undefined,
    });
  }

  #lookAtPanes({ panes, badges }: Composition): void {
    for (const shown of this.#shown) {
      const view = panes.get(shown.pane.pane);
      const badge = badges?.get(shown.pane.pane);
      if (view !== shown.view)
        for (let row = 0; row < shown.rows; row++) {
          const index = shown.fromRow + row;
          if (view?.rows[index] !== shown.view?.rows[index]) this.#dirty[shown.y + row] = 1;
        }
      if (badge !== shown.badge || view?.copy !== shown.view?.copy) this.#dirty[shown.y] = 1;
      shown.view = view;
      shown.badge = badge;
    }
  }

  #lookAtOverlays(overlays: readonly Overlay[]): void {
    const before = this.#overlays;
    this.#overlays = overlays;
    for (let index = 0; index < Math.max(before.length, overlays.length); index++) {
      const [old, now] = [before[index], overlays[index]];
      const moved = old?.x !== now?.x || old?.y !== now?.y;
      for (const [overlay, other] of [
        [old, now],
        [now, old],
      ])
        for (const [row, cells] of (overlay?.rows ?? []).entries())
          if (overlay && (moved || cells !== other?.rows[row])) this.#dirty[overlay.y + row] = 1;
    }
  }

  #composeRow(composition: Composition, y: number): void {
    const grid = this.#grid;
    const { overlays = [], screen } = composition;
    const clock = screen.overlay?.kind === 'clock' ? screen.overlay.pane : undefined;
    grid.copyRow(this.#chrome, y);
    for (const shown of this.#shown) {
      const { pane, x, cols, fromColumn, fromRow, style, view } = shown;
      const row = y - shown.y;
      if (row < 0 || row >= shown.rows) continue;
      grid.putRow(x, y, clock === pane.pane ? undefined : view?.rows[fromRow + row], fromColumn, cols, style);
      if (row === 0) this.#notices(shown);
    }
    for (const mark of this.#digits.get(y) ?? []) grid.put(mark.x, y, mark.text, 1, mark.style);
    if (y === this.#place.messageRow && (screen.message || screen.prompt))
      this.#promptColumn = drawMessage(grid, screen, this.#place);
    this.#popup?.drawRow(grid, y);
    for (const overlay of overlays) {
      const row = overlay.rows[y - overlay.y];
      if (row) grid.putRow(overlay.x, y, row, 0, row.cells.length);
    }
  }

  /** Notices at the right end of a pane's first row. */
  #notices({ x, y, cols, view, badge }: Shown): void {
    let right = x + cols;
    if (view?.copy) {
      const { scroll, history, results } = view.copy;
      const text = `${results ? `(${results} results) ` : ''}[${scroll}/${history}]`;
      right -= drawNotice(this.#grid, right, y, right - x, text, COPY_STYLE);
    }
    if (badge) drawNotice(this.#grid, right, y, right - x, ` ${badge} `, BADGE_STYLE);
  }

  #cursor({ screen, panes, overlays = [] }: Composition): Cursor {
    const owner = overlays.findLast(({ cursor }) => cursor !== undefined);
    if (owner?.cursor) return { ...owner.cursor, x: owner.x + owner.cursor.x, y: owner.y + owner.cursor.y };
    if (this.#promptColumn !== undefined)
      return { ...HIDDEN, x: this.#promptColumn, y: this.#place.messageRow, visible: true };
    if (this.#popup) return this.#popup.cursor;
    const active = screen.panes.find((pane) => pane.active);
    const cursor = active && panes.get(active.pane)?.cursor;
    if (!cursor || (screen.overlay?.kind === 'clock' && screen.overlay.pane === active.pane)) return HIDDEN;
    const x = active.x + cursor.x - screen.origin.x;
    const y = this.#place.top + active.y + cursor.y - screen.origin.y;
    const inside = x >= 0 && x < this.cols && y >= this.#place.top && y < this.#place.top + this.#place.rows;
    return { ...cursor, x: inside ? x : 0, y: inside ? y : 0, visible: cursor.visible && inside };
  }
}
