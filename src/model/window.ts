import { type LayoutCell, leaf, leaves } from './layout/cell.ts';
import { hasStatusRow, type Layout } from './layout/resize.ts';
import { Options } from './options/values.ts';
import type { Pane } from './pane.ts';

/** A window: panes in the order of their indices, and the layout that divides its cells among them. */
export class Window {
  readonly id: number;
  readonly options: Options;
  name: string;
  /** In index order, which swap-pane and rotate-window change apart from the layout. */
  panes: Pane[] = [];
  active!: Pane;
  /** Previously active panes, latest first. */
  lastPanes: Pane[] = [];
  layout: LayoutCell;
  /** The whole layout, while one pane is zoomed and `layout` is that pane alone. */
  unzoomed: LayoutCell | undefined;
  /** Layout before the last select-layout, as text, for select-layout -o. */
  oldLayout = '';
  /** Last named layout, for next-layout; -1 for none. */
  namedLayout = -1;
  cols: number;
  rows: number;
  /** Size set by resize-window, which holds while window-size is manual. */
  manualSize: { cols: number; rows: number } | undefined;
  created: number;
  /** Last output, ms since 1970. */
  activity: number;
  /** monitor-silence has told; until the next output. */
  silent = false;
  /** Client whose keys or attachment came last, for window-size latest. */
  latestClient = '';

  constructor(id: number, name: string, cols: number, rows: number, parent: Options, now: number) {
    this.id = id;
    this.name = name;
    this.cols = cols;
    this.rows = rows;
    this.options = new Options(parent);
    this.layout = leaf(-1, cols, rows);
    this.created = now;
    this.activity = now;
  }

  get zoomed(): boolean {
    return this.unzoomed !== undefined;
  }

  /** Whether a pane is on the screen: all are, unless another is zoomed. */
  visible(pane: Pane): boolean {
    return !this.zoomed || pane === this.active;
  }

  /** Gives the panes their places from the layout; hidden ones keep those of the whole layout. */
  applyLayout(): void {
    const byId = new Map(this.panes.map((pane) => [pane.id, pane]));
    const status = this.options.text('pane-border-status') as Layout['status'];
    for (const root of this.unzoomed ? [this.unzoomed, this.layout] : [this.layout]) {
      for (const cell of leaves(root)) {
        const pane = byId.get(cell.pane);
        if (!pane) continue;
        const statusRow = hasStatusRow({ root, status }, cell) ? 1 : 0;
        pane.x = cell.x;
        pane.y = cell.y + (status === 'top' ? statusRow : 0);
        pane.cols = cell.cols;
        pane.rows = Math.max(1, cell.rows - statusRow);
      }
    }
  }

  /** Makes `pane` the active one; false when it was already. */
  activate(pane: Pane): boolean {
    if (pane === this.active) return false;
    this.#remember(this.active, pane);
    this.active = pane;
    return true;
  }

  /** Takes a pane out of the list; the last active one, else its neighbour becomes active. The layout is the caller's. */
  removePane(pane: Pane): void {
    const at = this.panes.indexOf(pane);
    if (at < 0) return;
    this.lastPanes = this.lastPanes.filter((other) => other !== pane);
    const successor = this.lastPanes[0] ?? this.panes[at - 1] ?? this.panes[at + 1];
    this.panes.splice(at, 1);
    if (this.active === pane && successor) {
      this.lastPanes = this.lastPanes.filter((other) => other !== successor);
      this.active = successor;
    }
  }

  #remember(previous: Pane, next: Pane): void {
    this.lastPanes = [previous, ...this.lastPanes.filter((pane) => pane !== previous && pane !== next)];
  }
}
