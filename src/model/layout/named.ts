import { type LayoutCell, leaf, PANE_MINIMUM, place, type Split } from './cell.ts';
import { adjust, type Layout, spread } from './resize.ts';

/** The named layouts, in the order of next-layout. */
export const namedLayouts = [
  'even-horizontal',
  'even-vertical',
  'main-horizontal',
  'main-vertical',
  'tiled',
] as const;

export interface NamedLayoutSizes {
  readonly cols: number;
  readonly rows: number;
  /** The main-pane-height, -width, other-pane-height and -width options: cells or a percentage. */
  readonly mainHeight: string;
  readonly mainWidth: string;
  readonly otherHeight: string;
  readonly otherWidth: string;
}

/** Index of a layout by its name or the beginning of it; -1 for none. */
export function lookUpNamedLayout(name: string): number {
  const hits = namedLayouts.filter((layout) => layout.startsWith(name));
  return hits.length === 1 ? namedLayouts.indexOf(hits[0]!) : -1;
}

/** A new tree for panes in this order; it may be larger than the window where many panes need it. */
export function namedLayout(
  index: number,
  panes: readonly number[],
  sizes: NamedLayoutSizes,
  status: Layout['status'],
): LayoutCell {
  const layout: Layout = { root: leaf(panes[0] ?? -1, sizes.cols, sizes.rows), status };
  if (panes.length > 1) {
    const name = namedLayouts[index];
    if (name === 'even-horizontal') even(layout, 'left-right', panes, sizes);
    else if (name === 'even-vertical') even(layout, 'top-bottom', panes, sizes);
    else if (name === 'tiled') tiled(layout, panes, sizes);
    else main(layout, name === 'main-horizontal' ? 'top-bottom' : 'left-right', panes, sizes);
  }
  place(layout.root);
  return layout.root;
}

function split(kind: Split['kind'], cols: number, rows: number, children: LayoutCell[]): Split {
  return { kind, x: 0, y: 0, cols, rows, children };
}

/** Cells that `count` panes in a row need at least. */
function needed(count: number): number {
  return count * (PANE_MINIMUM + 1) - 1;
}

function even(
  layout: Layout,
  kind: Split['kind'],
  panes: readonly number[],
  { cols, rows }: NamedLayoutSizes,
): void {
  const root = split(
    kind,
    cols,
    rows,
    panes.map((pane) => leaf(pane, cols, rows)),
  );
  if (kind === 'left-right') root.cols = Math.max(cols, needed(panes.length));
  else root.rows = Math.max(rows, needed(panes.length));
  layout.root = root;
  spread(layout, root);
}

/** One large pane at the top or left, the others side by side in the rest. */
function main(layout: Layout, kind: Split['kind'], panes: readonly number[], sizes: NamedLayoutSizes): void {
  const above = kind === 'top-bottom';
  const available = (above ? sizes.rows : sizes.cols) - 1;
  const mainOption = above ? sizes.mainHeight : sizes.mainWidth;
  const otherOption = above ? sizes.otherHeight : sizes.otherWidth;
  let mainSize = percentage(mainOption, available) ?? (above ? 24 : 80);
  let otherSize: number;
  if (mainSize + PANE_MINIMUM >= available) {
    mainSize = Math.max(PANE_MINIMUM, available - PANE_MINIMUM);
    otherSize = PANE_MINIMUM;
  } else {
    otherSize = percentage(otherOption, available) ?? 0;
    if (otherSize === 0 || otherSize > available || available - otherSize < mainSize)
      otherSize = available - mainSize;
    else mainSize = available - otherSize;
  }
  const [first, ...others] = panes;
  const across = Math.max(above ? sizes.cols : sizes.rows, needed(others.length));
  const sized = (along: number) => (above ? ([across, along] as const) : ([along, across] as const));
  let rest: LayoutCell = leaf(others[0]!, ...sized(otherSize));
  if (others.length > 1) {
    const [childCols, childRows] = above ? [PANE_MINIMUM, otherSize] : [otherSize, PANE_MINIMUM];
    rest = split(
      above ? 'left-right' : 'top-bottom',
      ...sized(otherSize),
      others.map((pane) => leaf(pane, childCols, childRows)),
    );
  }
  layout.root = split(kind, ...sized(mainSize + otherSize + 1), [leaf(first!, ...sized(mainSize)), rest]);
  if (rest.kind !== 'leaf') spread(layout, rest);
}

function tiled(layout: Layout, panes: readonly number[], { cols, rows }: NamedLayoutSizes): void {
  let [down, across] = [1, 1];
  while (down * across < panes.length) {
    down++;
    if (down * across < panes.length) across++;
  }
  const width = Math.max(PANE_MINIMUM, Math.floor((cols - (across - 1)) / across));
  const height = Math.max(PANE_MINIMUM, Math.floor((rows - (down - 1)) / down));
  const totalCols = Math.max(cols, (width + 1) * across - 1);
  const root = split('top-bottom', totalCols, Math.max(rows, (height + 1) * down - 1), []);
  layout.root = root;
  for (let row = 0; row * across < panes.length; row++) {
    const members = panes.slice(row * across, (row + 1) * across);
    if (members.length === 1) {
      root.children.push(leaf(members[0]!, totalCols, height));
      continue;
    }
    const line = split(
      'left-right',
      totalCols,
      height,
      members.map((pane) => leaf(pane, width, height)),
    );
    root.children.push(line);
    const unused = totalCols - (members.length * (width + 1) - 1);
    if (unused > 0) adjust(layout, line.children.at(-1)!, 'cols', unused);
  }
  const used = root.children.length * (height + 1) - 1;
  if (root.rows > used) adjust(layout, root.children.at(-1)!, 'rows', root.rows - used);
}

/** '30%' of a size, or a number; undefined if it is neither or too large. */
export function percentage(text: string, of: number): number | undefined {
  const match = /^(\d+)(%?)$/.exec(text);
  if (!match) return undefined;
  const value = Number.parseInt(match[1]!, 10);
  const size = match[2] ? Math.floor((of * value) / 100) : value;
  return size > of ? undefined : size;
}
