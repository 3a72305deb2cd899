/**
 * A window's layout is a tree: leaves are panes, inner cells divide their space
 * among their children from left to right or from top to bottom with one column or
 * row of border between them. Plain data with pane numbers, so that it is its own
 * snapshot; a parent is found by search, which in trees of this size is cheap.
 */
export interface Box {
  x: number;
  y: number;
  cols: number;
  rows: number;
}

export interface Leaf extends Box {
  readonly kind: 'leaf';
  /** The pane's number. */
  pane: number;
}

export interface Split extends Box {
  readonly kind: 'left-right' | 'top-bottom';
  children: LayoutCell[];
}

export type LayoutCell = Leaf | Split;
export type Axis = 'cols' | 'rows';

/** Smallest pane, in cells. */
export const PANE_MINIMUM = 1;

export function leaf(pane: number, cols: number, rows: number): Leaf {
  return { kind: 'leaf', pane, x: 0, y: 0, cols, rows };
}

export function leaves(cell: LayoutCell): Leaf[] {
  return cell.kind === 'leaf' ? [cell] : cell.children.flatMap(leaves);
}

export function findLeaf(cell: LayoutCell, pane: number): Leaf | undefined {
  return leaves(cell).find((candidate) => candidate.pane === pane);
}

export function parentOf(root: LayoutCell, cell: LayoutCell): Split | undefined {
  if (root.kind === 'leaf') return undefined;
  if (root.children.includes(cell)) return root;
  for (const child of root.children) {
    const found = parentOf(child, cell);
    if (found) return found;
  }
  return undefined;
}

/** The axis that a split divides. */
export function axisOf(kind: Split['kind']): Axis {
  return kind === 'left-right' ? 'cols' : 'rows';
}

/** Sets the places of all cells below `cell` from their sizes. */
export function place(cell: LayoutCell): void {
  if (cell.kind === 'leaf') return;
  let { x, y } = cell;
  for (const child of cell.children) {
    child.x = x;
    child.y = y;
    if (cell.kind === 'left-right') x += child.cols + 1;
    else y += child.rows + 1;
    place(child);
  }
}
