import type { AttachedClient, ListOverlay } from './client.ts';
import { type FormatContext, formatContext } from './format/context.ts';
import { expandFormat, isTrue } from './format/expand.ts';
import { optionRows } from './option-list.ts';
import type { Server } from './server.ts';
import { targetOf } from './target/find.ts';

/** One line of a chooser. */
export interface ListItem {
  /** What the template gets in place of %%. */
  readonly value: string;
  readonly label: string;
  /** Key that chooses it: 0-9, then M-a to M-z; '' beyond. */
  readonly key: string;
  /** Value of the item above it in the tree, '' for none. */
  readonly parent: string;
  /** What `expanded` names it by; '' for one without children. */
  readonly branch: string;
}

export type Row = Omit<ListItem, 'key' | 'label'> & {
  readonly name: string;
  readonly depth: number;
  readonly text: string;
};

/** What a chooser lists at this moment: filtered, sorted, branches open as its state says. */
export function listItems(server: Server, client: AttachedClient, overlay: ListOverlay): ListItem[] {
  const rows = ROWS[overlay.source](server, client, overlay);
  const keys = Math.max(...rows.map((_, at) => keyOf(at).length + 3));
  // Where none of its neighbours can be opened, an item has no place for the sign.
  const opening = new Set(rows.filter(({ branch }) => branch !== '').map(({ parent }) => parent));
  const lines = branchLines(rows);
  return rows.map((row, at) => {
    const key = keyOf(at);
    const open = row.branch === '' ? ' ' : overlay.expanded.includes(row.branch) ? '-' : '+';
    const tag = overlay.tagged.includes(row.value) ? '*' : '';
    const place = key === '' ? '' : `(${key})`;
    const sign = opening.has(row.parent) ? `${open} ` : '';
    const label = `${place.padEnd(keys)}${lines[at]}${sign}${row.name}${tag}${row.text === '' ? '' : `: ${row.text}`}`;
    return { value: row.value, parent: row.parent, branch: row.branch, key, label };
  });
}

const ROWS: Record<
  ListOverlay['source'],
  (server: Server, client: AttachedClient, overlay: ListOverlay) => Row[]
> = {
  tree: treeRows,
  client: (server, _, overlay) => clientRows(server, overlay),
  buffer: (server, _, overlay) => bufferRows(server, overlay),
  options: optionRows,
};

/** Lines that lead from each item of a tree to the one above it. */
function branchLines(rows: readonly Row[]): string[] {
  const lastBelow = new Map(rows.map(({ parent, value }) => [parent, value]));
  const isLast = ({ parent, value }: Row) => lastBelow.get(parent) === value;
  let above: Row | undefined;
  return rows.map((row) => {
    if (row.depth === 0) return '';
    if (row.depth === 1) above = row;
    const passing = row.depth === 1 ? '' : above && isLast(above) ? '    ' : '│   ';
    return `${passing}${isLast(row) ? '└' : '├'}─> `;
  });
}

function keyOf(at: number): string {
  if (at < 10) return String(at);
  return at < 36 ? `M-${String.fromCharCode(97 + at - 10)}` : '';
}

function treeRows(server: Server, client: AttachedClient, overlay: ListOverlay): Row[] {
  const rows: Row[] = [];
  const sessions = sorted([...server.sessions.values()], overlay, {
    name: (a, b) => compareText(a.name, b.name),
    time: (a, b) => b.activity - a.activity,
    index: (a, b) => a.id - b.id,
  });
  for (const session of sessions) {
    const branch = `$${session.id}`;
    const value = `=${session.name}:`;
    const text = describe(overlay, formatContext(server, targetOf(session), { client, kind: 'session' }));
    const below: Row[] = [];
    for (const link of session.winlinks) {
      const window = `@${link.window.id}`;
      const windowValue = `=${session.name}:${link.index}.`;
      const context = formatContext(server, targetOf(session, link), { client, kind: 'window' });
      const panes = link.window.panes.map((pane): Row & { passes: boolean } => {
        const paneContext = formatContext(server, targetOf(session, link, pane), { client, kind: 'pane' });
        return {
          value: `=${session.name}:${link.index}.${pane.name}`,
          parent: windowValue,
          branch: '',
          name: String(pane.index),
          depth: 2,
          text: describe(overlay, paneContext),
          passes: passesFilter(overlay, paneContext),
        };
      });
      const shown = panes.filter((pane) => pane.passes);
      if (overlay.filter !== '' && shown.length === 0) continue;
      const many = link.window.panes.length > 1;
      below.push({
        value: windowValue,
        parent: value,
        branch: many ? window : '',
        name: String(link.index),
        depth: 1,
        text: describe(overlay, context),
      });
      if (many && overlay.expanded.includes(window)) below.push(...shown);
    }
    if (overlay.filter !== '' && below.length === 0) continue;
    rows.push({ value, parent: '', branch, name: session.name, depth: 0, text });
    if (overlay.expanded.includes(branch)) rows.push(...below);
  }
  return rows;
}

function clientRows(server: Server, overlay: ListOverlay): Row[] {
  const clients = sorted([...server.clients.values()], overlay, {
    name: (a, b) => compareText(a.name, b.name),
    size: (a, b) => a.cols - b.cols || a.rows - b.rows,
    creation: (a, b) => b.created - a.created,
    activity: (a, b) => b.activity - a.activity,
  });
  return clients
    .map((client) => ({ client, context: formatContext(server, targetOf(client.session), { client }) }))
    .filter(({ context }) => passesFilter(overlay, context))
    .map(({ client, context }) => flatRow(client.name, describe(overlay, context)));
}

function bufferRows(server: Server, overlay: ListOverlay): Row[] {
  const buffers = sorted([...server.buffers.all()], overlay, {
    name: (a, b) => compareText(a.name, b.name),
    size: (a, b) => a.data.length - b.data.length,
    time: () => 0,
  });
  return buffers
    .map((buffer) => ({ buffer, context: formatContext(server, undefined, { buffer }) }))
    .filter(({ context }) => passesFilter(overlay, context))
    .map(({ buffer, context }) => flatRow(buffer.name, describe(overlay, context)));
}

function flatRow(name: string, text: string): Row {
  return { value: name, name, text, parent: '', branch: '', depth: 0 };
}

function describe(overlay: ListOverlay, context: FormatContext): string {
  return expandFormat(context, overlay.format);
}

/** The filter is a format; plain text is looked for in what the item shows. */
function passesFilter(overlay: ListOverlay, context: FormatContext): boolean {
  const { filter } = overlay;
  if (filter === '') return true;
  if (filter.includes('#')) return isTrue(expandFormat(context, filter));
  const shown = `${context.session?.name ?? ''} ${context.window?.name ?? ''} ${describe(overlay, context)}`;
  return shown.toLowerCase().includes(filter.toLowerCase());
}

function sorted<T>(items: T[], overlay: ListOverlay, orders: Record<string, (a: T, b: T) => number>): T[] {
  const order = orders[overlay.sort] ?? Object.values(orders)[0]!;
  items.sort(order);
  return overlay.reversed ? items.reverse() : items;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
