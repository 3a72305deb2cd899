/**
 * Pane borders as tmux 3.3a draws them: which cells are borders, how each joins its
 * neighbours, and which pane a border cell belongs to. Geometry only; colours and
 * glyphs are the caller's (see chrome.ts).
 */

export interface BorderPane {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
  readonly active: boolean;
}

export type PaneStatus = 'off' | 'top' | 'bottom';
/** Side of a pane that a border cell lies on. */
export type Side = 'none' | 'inside' | 'left' | 'right' | 'top' | 'bottom';

/** Shapes of border cells; the number indexes the strings of `LINES`. */
export const Join = {
  topBottom: 0,
  leftRight: 1,
  topLeft: 2,
  topRight: 3,
  bottomLeft: 4,
  bottomRight: 5,
  topJoin: 6,
  bottomJoin: 7,
  leftJoin: 8,
  rightJoin: 9,
  cross: 10,
  outside: 11,
} as const;

/** pane-border-lines: the glyphs by `Join`, the last one for cells outside the window. */
export const LINES: Readonly<Record<string, string>> = {
  single: '│─┌┐└┘┬┴├┤┼·',
  double: '║═╔╗╚╝╦╩╠╣╬·',
  heavy: '┃━┏┓┗┛┳┻┣┫╋·',
  simple: '|-+++++++++.',
};

/** Arrows that point at the active pane from the border on its side (pane-border-indicators arrows). */
export const ARROWS: Readonly<Record<string, string>> = { left: '→', right: '←', bottom: '↑', top: '↓' };

/** Join by the set of neighbours that are borders: left 8, right 4, above 2, below 1. */
const JOINS: Readonly<Record<number, number>> = {
  15: Join.cross,
  14: Join.bottomJoin,
  13: Join.topJoin,
  12: Join.leftRight,
  11: Join.rightJoin,
  10: Join.bottomRight,
  9: Join.topRight,
  7: Join.leftJoin,
  6: Join.bottomLeft,
  5: Join.topLeft,
  3: Join.topBottom,
};

export interface BorderCell<P extends BorderPane> {
  readonly join: number;
  /** The pane that it belongs to, the active one before others; undefined at the window's edge. */
  readonly pane: P | undefined;
}

export class Borders<P extends BorderPane> {
  readonly #cols: number;
  readonly #rows: number;
  /** From the active pane on, in the window's order: the first that claims a cell has it. */
  readonly #panes: readonly P[];
  readonly #active: P | undefined;
  readonly #status: PaneStatus;
  /** The half of the border next to the active one of two panes is coloured. */
  readonly #split: boolean;
  readonly #twoAcross: boolean;
  readonly #twoDown: boolean;

  constructor(
    window: { cols: number; rows: number },
    panes: readonly P[],
    status: PaneStatus,
    indicators: string,
  ) {
    this.#cols = window.cols;
    this.#rows = window.rows;
    const active = panes.findIndex((pane) => pane.active);
    this.#panes = active > 0 ? [...panes.slice(active), ...panes.slice(0, active)] : panes;
    this.#active = active < 0 ? undefined : panes[active];
    this.#status = status;
    this.#split = indicators === 'colour' || indicators === 'both';
    this.#twoAcross = panes.length === 2 && panes[1]!.x !== 0;
    this.#twoDown = panes.length === 2 && panes[1]!.y !== 0;
  }

  /** The border at a cell of the window; undefined inside a pane. */
  at(x: number, y: number): BorderCell<P> | undefined {
    if (x > this.#cols || y > this.#rows) return { join: Join.outside, pane: undefined };
    if (x === this.#cols || y === this.#rows) return { join: this.#join(x, y), pane: undefined };
    let last: P | undefined;
    for (const pane of this.#panes) {
      last = pane;
      const side = this.side(pane, x, y);
      if (side === 'inside') return undefined;
      if (side !== 'none') return { join: this.#join(x, y), pane };
    }
    return { join: Join.outside, pane: last };
  }

  /** The active pane's side at a cell. */
  activeSide(x: number, y: number): Side {
    return this.#active ? this.side(this.#active, x, y) : 'none';
  }

  isOnBorderOf(pane: P, x: number, y: number): boolean {
    const side = this.side(pane, x, y);
    return side !== 'inside' && side !== 'none';
  }

  side(pane: P, x: number, y: number): Side {
    const right = pane.x + pane.cols;
    const bottom = pane.y + pane.rows;
    if (x >= pane.x && x < right && y >= pane.y && y < bottom) return 'inside';
    const status = this.#status;
    if (status === 'off' && this.#split && this.#twoAcross) {
      if (pane.x === 0 && x === pane.cols && y <= pane.rows >> 1) return 'right';
      if (pane.x !== 0 && x === pane.x - 1 && y > pane.rows >> 1) return 'left';
    } else if ((pane.y === 0 || y >= pane.y - 1) && y <= bottom) {
      if (pane.x !== 0 && x === pane.x - 1) return 'left';
      if (x === right) return 'right';
    }
    if (status === 'off' && this.#split && this.#twoDown) {
      if (pane.y === 0 && y === pane.rows && x <= pane.cols >> 1) return 'bottom';
      if (pane.y !== 0 && y === pane.y - 1 && x > pane.cols >> 1) return 'top';
    } else if ((pane.x === 0 || x >= pane.x - 1) && x <= right) {
      if (status !== 'bottom' && pane.y !== 0 && y === pane.y - 1) return 'top';
      if (status !== 'top' && y === bottom) return 'bottom';
    }
    return 'none';
  }

  #isBorder(x: number, y: number): boolean {
    if (x > this.#cols || y > this.#rows) return false;
    if (x === this.#cols || y === this.#rows) return true;
    for (const pane of this.#panes) {
      const side = this.side(pane, x, y);
      if (side === 'inside') return false;
      if (side !== 'none') return true;
    }
    return false;
  }

  #join(x: number, y: number): number {
    let set = 0;
    if (x === 0 || this.#isBorder(x - 1, y)) set |= 8;
    if (this.#isBorder(x + 1, y)) set |= 4;
    if (this.#status === 'top' ? y !== 0 && this.#isBorder(x, y - 1) : y === 0 || this.#isBorder(x, y - 1))
      set |= 2;
    if (!(this.#status === 'bottom' && y === this.#rows - 1) && this.#isBorder(x, y + 1)) set |= 1;
    return JOINS[set] ?? Join.outside;
  }
}
