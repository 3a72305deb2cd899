import {
  type Axis,
  axisOf,
  type LayoutCell,
  type Leaf,
  PANE_MINIMUM,
  parentOf,
  place,
  type Split,
} from './cell.ts';

/** A tree, and whether panes at the window's edge give a row to pane-border-status. */
export interface Layout {
  root: LayoutCell;
  readonly status: 'off' | 'top' | 'bottom';
}

/** The rules by which cells change size are tmux's, so that the same commands give the same layouts. */

/** Whether the pane of this cell loses a row to the status of its border: nothing is above (or below) it. */
export function hasStatusRow(layout: Layout, cell: LayoutCell): boolean {
  if (layout.status === 'off') return false;
  for (
    let child = cell, parent = parentOf(layout.root, cell);
    parent;
    child = parent, parent = parentOf(layout.root, parent)
  ) {
    if (parent.kind !== 'top-bottom') continue;
    if (child !== (layout.status === 'top' ? parent.children[0] : parent.children.at(-1))) return false;
  }
  return true;
}

/** By how much a cell can shrink along an axis. */
export function slack(layout: Layout, cell: LayoutCell, axis: Axis): number {
  if (cell.kind === 'leaf') {
    const minimum = PANE_MINIMUM + (axis === 'rows' && hasStatusRow(layout, cell) ? 1 : 0);
    return Math.max(0, cell[axis] - minimum);
  }
  const each = cell.children.map((child) => slack(layout, child, axis));
  return axisOf(cell.kind) === axis ? each.reduce((sum, size) => sum + size, 0) : Math.min(...each);
}

/** Grows a cell (or shrinks it, by at most its slack): one cell at a time to each child in turn. */
export function adjust(layout: Layout, cell: LayoutCell, axis: Axis, change: number): void {
  cell[axis] += change;
  if (cell.kind === 'leaf') return;
  if (axisOf(cell.kind) !== axis) {
    for (const child of cell.children) adjust(layout, child, axis, change);
    return;
  }
  for (let left = change; left !== 0; ) {
    const before = left;
    for (const child of cell.children) {
      if (left === 0) break;
      if (left > 0) {
        adjust(layout, child, axis, 1);
        left--;
      } else if (slack(layout, child, axis) > 0) {
        adjust(layout, child, axis, -1);
        left++;
      }
    }
    if (left === before) return;
  }
}

/** Resizes the whole tree; it stays larger than asked for where the panes need it. */
export function resizeLayout(layout: Layout, cols: number, rows: number): void {
  const { root } = layout;
  for (const [axis, size] of [
    ['cols', cols],
    ['rows', rows],
  ] as const) {
    const change = Math.max(size - root[axis], -slack(layout, root, axis));
    if (change !== 0) adjust(layout, root, axis, change);
  }
  place(root);
}

/** Moves a pane's right (or lower) border by `change`; of the last pane its left (or upper) one. */
export function resizePane(layout: Layout, pane: Leaf, axis: Axis, change: number): void {
  const found = splitAlong(layout, pane, axis);
  if (!found) return;
  const { parent, cell } = found;
  const at = parent.children.indexOf(cell);
  moveBorder(layout, parent, at === parent.children.length - 1 ? at - 1 : at, change);
  place(layout.root);
}

/** Gives a pane a size along an axis, as far as its neighbours can give or take. */
export function resizePaneTo(layout: Layout, pane: Leaf, axis: Axis, size: number): void {
  const found = splitAlong(layout, pane, axis);
  if (!found) return;
  const { parent, cell } = found;
  const last = cell === parent.children.at(-1);
  resizePane(layout, pane, axis, last ? cell[axis] - size : size - cell[axis]);
}

/** The nearest split along an axis above a pane, and its child that holds the pane. */
function splitAlong(
  layout: Layout,
  pane: LayoutCell,
  axis: Axis,
): { parent: Split; cell: LayoutCell } | undefined {
  let cell = pane;
  for (let parent = parentOf(layout.root, cell); parent; parent = parentOf(layout.root, cell)) {
    if (axisOf(parent.kind) === axis) return { parent, cell };
    cell = parent;
  }
  return undefined;
}

/** Moves the border after the child at `at`: a growing one takes from those after it, then from those before. */
function moveBorder(layout: Layout, parent: Split, at: number, change: number): void {
  const axis = axisOf(parent.kind);
  const { children } = parent;
  for (let needed = change; needed !== 0; ) {
    const grows = needed > 0;
    const donors = grows
      ? [...children.slice(at + 1), ...children.slice(0, at).reverse()]
      : children.slice(0, at + 1).reverse();
    const donor = donors.find((child) => slack(layout, child, axis) > 0);
    const taker = children[grows ? at : at + 1];
    if (!donor || !taker) return;
    const size = Math.min(slack(layout, donor, axis), Math.abs(needed));
    adjust(layout, taker, axis, size);
    adjust(layout, donor, axis, -size);
    needed += grows ? -size : size;
  }
}

/** Gives the children of a split equal sizes; false when they had them. */
export function spread(layout: Layout, split: Split): boolean {
  const axis = axisOf(split.kind);
  const count = split.children.length;
  if (count <= 1) return false;
  const size = split[axis] - (axis === 'rows' && hasStatusRow(layout, split) ? 1 : 0);
  const each = Math.floor((size - (count - 1)) / count);
  if (each <= 0) return false;
  let changed = false;
  split.children.forEach((child, index) => {
    const share = index === count - 1 ? size - (each + 1) * (count - 1) : each;
    const wanted = axis === 'rows' && hasStatusRow(layout, child) ? share + 1 : share;
    const change = wanted - child[axis];
    adjust(layout, child, axis, change);
    if (change !== 0) changed = true;
  });
  return changed;
}

/** select-layout -E: spreads the nearest split above the pane that is not yet even. */
export function spreadAround(layout: Layout, pane: Leaf): void {
  for (let parent = parentOf(layout.root, pane); parent; parent = parentOf(layout.root, parent)) {
    if (!spread(layout, parent)) continue;
    place(layout.root);
    return;
  }
}

/** Whether each split's children fill it exactly. */
export function isConsistent(cell: LayoutCell): boolean {
  if (cell.kind === 'leaf') return cell.cols >= 1 && cell.rows >= 1;
  const along = axisOf(cell.kind);
  const across: Axis = along === 'cols' ? 'rows' : 'cols';
  const used = cell.children.reduce((sum, child) => sum + child[along] + 1, -1);
  return (
    used === cell[along] &&
    cell.children.every((child) => child[across] === cell[across] && isConsistent(child))
  );
}
