import {
  axisOf,
  type Box,
  type LayoutCell,
  type Leaf,
  leaf,
  PANE_MINIMUM,
  parentOf,
  place,
  type Split,
} from './cell.ts';
import { adjust, hasStatusRow, type Layout, slack } from './resize.ts';

export interface SplitOptions {
  readonly kind: Split['kind'];
  /** Size of the new pane; undefined: half. */
  readonly size?: number | undefined;
  /** The new pane is left of or above the old one. */
  readonly before?: boolean;
  /** Across the whole window, not only the pane. */
  readonly full?: boolean;
}

/**
 * Divides a pane's cell (or the whole window) and puts the new pane there.
 * Returns undefined, and changes nothing, when there is too little space.
 */
export function splitLayout(
  layout: Layout,
  target: Leaf,
  newPane: number,
  options: SplitOptions,
): Leaf | undefined {
  const { kind, before = false, full = false } = options;
  const axis = axisOf(kind);
  const cell: LayoutCell = full ? layout.root : target;
  const status = axis === 'rows' && hasStatusRow(layout, cell) ? 1 : 0;
  const total = cell[axis];
  if (total < PANE_MINIMUM * 2 + 1 + status) return undefined;

  let second: number;
  if (options.size === undefined) second = Math.floor((total + 1) / 2) - 1;
  else second = before ? total - options.size - 1 : options.size;
  second = Math.max(PANE_MINIMUM, Math.min(second, total - 2));
  const first = total - 1 - second;
  const [oldSize, newSize] = before ? [second, first] : [first, second];
  if (full && !fits(layout, cell, axis, oldSize)) return undefined;

  const added: Leaf = { ...leaf(newPane, cell.cols, cell.rows), [axis]: newSize };
  const parent = parentOf(layout.root, cell);
  if (parent?.kind === kind) {
    insert(parent, cell, added, before);
    cell[axis] = oldSize;
  } else if (cell === layout.root && cell.kind === kind) {
    // The root already divides along this axis: its children make room for one more.
    cell[axis] = oldSize;
    fitChildren(layout, cell);
    cell[axis] = total;
    if (before) cell.children.unshift(added);
    else cell.children.push(added);
  } else {
    const { x, y, cols, rows } = cell;
    const split: Split = { kind, x, y, cols, rows, children: before ? [added, cell] : [cell, added] };
    replace(layout, parent, cell, split);
    cell[axis] = oldSize;
    fitChildren(layout, cell);
  }
  place(layout.root);
  return added;
}

/** Takes a pane's cell out; its space goes to the one before it, or after it if it was the first. */
export function removeLeaf(layout: Layout, cell: Leaf): void {
  const parent = parentOf(layout.root, cell);
  if (!parent) return;
  const axis = axisOf(parent.kind);
  const at = parent.children.indexOf(cell);
  const heir = parent.children[at === 0 ? 1 : at - 1];
  if (heir) adjust(layout, heir, axis, cell[axis] + 1);
  parent.children.splice(at, 1);
  const [remaining] = parent.children;
  if (parent.children.length === 1 && remaining) {
    const grandparent = parentOf(layout.root, parent);
    replace(layout, grandparent, parent, remaining);
    if (!grandparent) Object.assign(remaining, { x: 0, y: 0 } satisfies Partial<Box>);
  }
  place(layout.root);
}

function insert(parent: Split, beside: LayoutCell, added: LayoutCell, before: boolean): void {
  parent.children.splice(parent.children.indexOf(beside) + (before ? 0 : 1), 0, added);
}

function replace(layout: Layout, parent: Split | undefined, old: LayoutCell, replacement: LayoutCell): void {
  if (parent) parent.children[parent.children.indexOf(old)] = replacement;
  else layout.root = replacement;
}

/** Makes a split's children fill it again, in proportion to what they had. */
function fitChildren(layout: Layout, cell: LayoutCell): void {
  if (cell.kind === 'leaf') return;
  const axis = axisOf(cell.kind);
  const across = axis === 'cols' ? 'rows' : 'cols';
  const count = cell.children.length;
  const previous = cell.children.reduce((sum, child) => sum + child[axis], count - 1);
  let available = cell[axis];
  cell.children.forEach((child, index) => {
    child[axis] = share(layout, child, axis, previous, cell[axis], count - index, available);
    available -= child[axis] + 1;
    child[across] = cell[across];
    fitChildren(layout, child);
  });
}

/** A child's part of `size` cells, of which `available` are left for `remaining` children. */
function share(
  layout: Layout,
  cell: LayoutCell,
  axis: 'cols' | 'rows',
  previous: number,
  size: number,
  remaining: number,
  available: number,
): number {
  if (remaining === 1) return available;
  const minimum = Math.max((PANE_MINIMUM + 1) * (remaining - 1), cell[axis] - slack(layout, cell, axis));
  const proportional = Math.floor((cell[axis] * size) / previous);
  return Math.max(PANE_MINIMUM, Math.min(proportional, available - minimum));
}

/** Whether a cell could be made this size. */
function fits(layout: Layout, cell: LayoutCell, axis: 'cols' | 'rows', size: number): boolean {
  if (cell.kind === 'leaf') return size >= PANE_MINIMUM;
  const { children } = cell;
  if (axisOf(cell.kind) !== axis)
    return children.every((child) => child.kind === 'leaf' || fits(layout, child, axis, size));
  if (size < children.length * 2 - 1) return false;
  let available = size;
  return children.every((child, index) => {
    const part = share(layout, child, axis, cell[axis], size, children.length - index, available);
    const used = part + (index === children.length - 1 ? 0 : 1);
    if (used > available) return false;
    available -= used;
    return fits(layout, child, axis, part);
  });
}
