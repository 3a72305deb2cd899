import { type Axis, findLeaf, type LayoutCell, type Leaf, leaf } from './layout/cell.ts';
import { namedLayout, namedLayouts } from './layout/named.ts';
import { type Layout, resizeLayout, resizePane, resizePaneTo, spreadAround } from './layout/resize.ts';
import { removeLeaf, type SplitOptions, splitLayout } from './layout/split.ts';
import { layoutText, parseLayout } from './layout/text.ts';
import type { Pane } from './pane.ts';
import type { Window } from './window.ts';

/** Changes of a window's layout and panes, which keep both in step. All but zooming itself end a zoom. */

export function borderStatus(window: Window): Layout['status'] {
  return window.options.text('pane-border-status') as Layout['status'];
}

/** Runs a change on the window's tree, then gives the panes their places. */
function change<T>(window: Window, work: (layout: Layout) => T): T {
  const layout: Layout = { root: window.layout, status: borderStatus(window) };
  const result = work(layout);
  window.layout = layout.root;
  window.applyLayout();
  return result;
}

function leafOf(window: Window, pane: Pane): Leaf {
  const found = findLeaf(window.layout, pane.id);
  if (!found) throw new Error(`pane ${pane.name} has no cell in window @${window.id}`);
  return found;
}

/** The first pane of a new window takes all of it. */
export function placeFirstPane(window: Window, pane: Pane): void {
  window.layout = leaf(pane.id, window.cols, window.rows);
  window.panes = [pane];
  window.active = pane;
  pane.window = window;
  window.applyLayout();
}

/** Puts a pane beside `target`; false, with nothing changed, when there is no space. */
export function splitPane(window: Window, target: Pane, added: Pane, options: SplitOptions): boolean {
  unzoom(window);
  const done = change(window, (layout) => splitLayout(layout, leafOf(window, target), added.id, options));
  if (!done) return false;
  const at = window.panes.indexOf(target);
  if (options.full) window.panes.splice(options.before ? 0 : window.panes.length, 0, added);
  else window.panes.splice(options.before ? at : at + 1, 0, added);
  added.window = window;
  window.applyLayout();
  return true;
}

/** Moves a pane beside `target`, of its own window or another; false, with nothing changed, when there is no space. */
export function movePane(source: Pane, target: Pane, options: SplitOptions): boolean {
  const [from, to] = [source.window, target.window];
  unzoom(from);
  unzoom(to);
  // The place is made before the pane leaves its old one, so that a failure changes nothing.
  const made = change(to, (layout) => splitLayout(layout, leafOf(to, target), MOVING, options));
  if (!made) return false;
  removePane(from, source);
  made.pane = source.id;
  to.panes.splice(to.panes.indexOf(target) + (options.before ? 0 : 1), 0, source);
  source.window = to;
  source.options.parent = to.options;
  to.applyLayout();
  return true;
}

/** Stands in the layout for a pane on its way. */
const MOVING = -2;

/** Takes a pane out of list and layout; the window's last one stays in the layout. */
export function removePane(window: Window, pane: Pane): void {
  unzoom(window);
  window.removePane(pane);
  if (window.panes.length > 0) change(window, (layout) => removeLeaf(layout, leafOf(window, pane)));
}

export function resizeWindow(window: Window, cols: number, rows: number): void {
  keepingZoom(window, () => {
    change(window, (layout) => resizeLayout(layout, cols, rows));
    window.cols = Math.max(cols, window.layout.cols);
    window.rows = Math.max(rows, window.layout.rows);
  });
}

export function resizePaneBy(window: Window, pane: Pane, axis: Axis, by: number): void {
  unzoom(window);
  change(window, (layout) => resizePane(layout, leafOf(window, pane), axis, by));
}

export function setPaneSize(window: Window, pane: Pane, axis: Axis, size: number): void {
  unzoom(window);
  change(window, (layout) => resizePaneTo(layout, leafOf(window, pane), axis, size));
}

export function spreadEvenly(window: Window, pane: Pane): void {
  unzoom(window);
  change(window, (layout) => spreadAround(layout, leafOf(window, pane)));
}

export function selectNamedLayout(window: Window, index: number): void {
  unzoom(window);
  const { cols, rows, options } = window;
  const sizes = {
    cols,
    rows,
    mainHeight: options.text('main-pane-height'),
    mainWidth: options.text('main-pane-width'),
    otherHeight: options.text('other-pane-height'),
    otherWidth: options.text('other-pane-width'),
  };
  const panes = window.panes.map((pane) => pane.id);
  setLayout(window, namedLayout(index, panes, sizes, borderStatus(window)));
  window.namedLayout = index;
}

/** @param step 1 for next-layout, -1 for previous-layout */
export function stepNamedLayout(window: Window, step: 1 | -1): void {
  const count = namedLayouts.length;
  const from = window.namedLayout < 0 ? (step > 0 ? -1 : count) : window.namedLayout;
  selectNamedLayout(window, (from + step + count) % count);
}

/** Applies a layout's text; the panes take its cells in their order. @throws CommandError */
export function applyLayoutText(window: Window, text: string): void {
  unzoom(window);
  const panes = window.panes.map((pane) => pane.id);
  setLayout(window, parseLayout(text, panes, borderStatus(window)));
}

function setLayout(window: Window, root: LayoutCell): void {
  window.layout = root;
  window.cols = root.cols;
  window.rows = root.rows;
  window.applyLayout();
}

/** Zooms a pane to the whole window, and makes it active; false when it is alone or one is zoomed already. */
export function zoom(window: Window, pane: Pane): boolean {
  if (window.zoomed || window.panes.length < 2) return false;
  window.activate(pane);
  window.unzoomed = window.layout;
  window.layout = leaf(pane.id, window.cols, window.rows);
  window.applyLayout();
  return true;
}

export function unzoom(window: Window): boolean {
  if (!window.unzoomed) return false;
  window.layout = window.unzoomed;
  window.unzoomed = undefined;
  window.applyLayout();
  return true;
}

/** Does something to the whole layout and zooms the active pane again if one was. */
export function keepingZoom<T>(window: Window, work: () => T, keep = true): T {
  const zoomed = unzoom(window);
  const result = work();
  if (zoomed && keep && window.panes.includes(window.active)) zoom(window, window.active);
  return result;
}

/** Exchanges the places of two panes, of one window or two. */
export function exchangePanes(a: Pane, b: Pane): void {
  const [first, second] = [a.window, b.window];
  const [cellA, cellB] = [leafOf(first, a), leafOf(second, b)];
  cellA.pane = b.id;
  cellB.pane = a.id;
  const [indexA, indexB] = [first.panes.indexOf(a), second.panes.indexOf(b)];
  first.panes[indexA] = b;
  second.panes[indexB] = a;
  a.window = second;
  b.window = first;
  first.applyLayout();
  second.applyLayout();
}

/** Panes move on by one cell each; upwards (-U, the default) the first becomes the last. */
export function rotatePanes(window: Window, down: boolean): void {
  const cells = window.panes.map((pane) => leafOf(window, pane));
  const { panes } = window;
  if (down) panes.unshift(panes.pop()!);
  else panes.push(panes.shift()!);
  cells.forEach((cell, index) => {
    cell.pane = panes[index]!.id;
  });
  window.applyLayout();
}

/** The layout of the whole window as text, zoomed or not. */
export function wholeLayoutText(window: Window): string {
  return layoutText(window.unzoomed ?? window.layout);
}
