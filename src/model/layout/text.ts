import { CommandError } from '../command-error.ts';
import { axisOf, type LayoutCell, leaf, leaves, place } from './cell.ts';
import { isConsistent, type Layout } from './resize.ts';
import { removeLeaf } from './split.ts';

/**
 * A layout as tmux writes it, e.g. `bb62,159x48,0,0{79x48,0,0,1,79x48,80,0,2}`: a
 * checksum, then each cell's size and place, with its pane or its children.
 */
export function layoutText(root: LayoutCell): string {
  const text = cellText(root);
  return `${checksum(text)},${text}`;
}

function cellText(cell: LayoutCell): string {
  const box = `${cell.cols}x${cell.rows},${cell.x},${cell.y}`;
  if (cell.kind === 'leaf') return `${box},${cell.pane}`;
  const inside = cell.children.map(cellText).join(',');
  return cell.kind === 'left-right' ? `${box}{${inside}}` : `${box}[${inside}]`;
}

function checksum(text: string): string {
  let sum = 0;
  for (const byte of Buffer.from(text)) {
    sum = (sum >> 1) | ((sum & 1) << 15);
    sum = (sum + byte) & 0xffff;
  }
  return sum.toString(16).padStart(4, '0');
}

/**
 * Reads a layout for these panes, which take the cells in their order; cells too
 * many are closed from the bottom right.
 * @throws CommandError with the reason
 */
export function parseLayout(text: string, panes: readonly number[], status: Layout['status']): LayoutCell {
  const comma = text.indexOf(',');
  const body = text.slice(comma + 1);
  if (comma < 0 || checksum(body) !== text.slice(0, comma)) throw new CommandError('invalid layout');
  const reader = new Reader(body);
  const layout: Layout = { root: reader.cell(), status };
  if (!reader.atEnd) throw new CommandError('invalid layout');
  if (panes.length > leaves(layout.root).length)
    throw new CommandError(`have ${panes.length} panes but need ${leaves(layout.root).length}`);
  correctTop(layout.root);
  while (leaves(layout.root).length > panes.length) removeLeaf(layout, leaves(layout.root).at(-1)!);
  if (!isConsistent(layout.root)) throw new CommandError('size mismatch after applying layout');
  leaves(layout.root).forEach((cell, index) => {
    cell.pane = panes[index]!;
  });
  place(layout.root);
  return layout.root;
}

/** Some versions of tmux wrote a top cell that is larger than its children. */
function correctTop(root: LayoutCell): void {
  if (root.kind === 'leaf') return;
  const along = axisOf(root.kind);
  const across = along === 'cols' ? 'rows' : 'cols';
  root[along] = root.children.reduce((sum, child) => sum + child[along] + 1, -1);
  root[across] = root.children[0]?.[across] ?? root[across];
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  cell(): LayoutCell {
    const match = /^(\d+)x(\d+),(\d+),(\d+)(,\d+(?!\d*x))?/.exec(this.#text.slice(this.#at));
    if (!match) throw new CommandError('invalid layout');
    this.#at += match[0].length;
    const [cols, rows, x, y] = match.slice(1, 5).map(Number) as [number, number, number, number];
    const open = this.#text[this.#at];
    if (open !== '{' && open !== '[') return { ...leaf(-1, cols, rows), x, y };
    const close = open === '{' ? '}' : ']';
    const children: LayoutCell[] = [];
    do {
      this.#at++;
      children.push(this.cell());
    } while (this.#text[this.#at] === ',');
    if (this.#text[this.#at] !== close) throw new CommandError('invalid layout');
    this.#at++;
    return { kind: open === '{' ? 'left-right' : 'top-bottom', x, y, cols, rows, children };
  }
}
