import type { Row } from './chooser.ts';
import type { AttachedClient, ListOverlay } from './client.ts';
import { optionDefinitions } from './options/definitions.ts';
import { isHook } from './options/hooks.ts';
import { optionText } from './options/text.ts';
import type { Options, OptionValue } from './options/values.ts';
import type { Server } from './server.ts';

/** One table of options, and how set-option names it. */
export interface OptionTable {
  readonly flags: string;
  /** Said beside a value that is from here; '' for the global tables. */
  readonly label: string;
  readonly options: Options;
}

interface OptionGroup {
  readonly name: string;
  readonly title: string;
  /** The nearest first, the global one last. */
  readonly tables: readonly OptionTable[];
}

/** An option of customize-mode's list, as it is now. */
export interface ListedOption {
  /** `status-left`, `update-environment[2]`. */
  readonly name: string;
  readonly text: string;
  readonly flag: boolean;
  /** Where the value is from. */
  readonly table: OptionTable;
  readonly global: OptionTable;
  /** The window's, for options of windows. */
  readonly window: OptionTable | undefined;
}

/** The groups of options, each with its options; an array's entries are below it. */
export function optionRows(server: Server, client: AttachedClient, overlay: ListOverlay): Row[] {
  const { expanded, filter } = overlay;
  return groups(server, client, overlay).flatMap((group) => {
    const options = namesOf(group)
      .filter((name) => name.includes(filter))
      .flatMap((name) => rowsOf(group, name, expanded));
    const head = { name: group.title, text: '', value: group.name, branch: group.name, parent: '', depth: 0 };
    if (filter === '') return expanded.includes(group.name) ? [head, ...options] : [head];
    return options.length === 0 ? [] : [head, ...options];
  });
}

/** What an item's value stands for; undefined for a group. */
export function listedOption(
  server: Server,
  client: AttachedClient,
  overlay: ListOverlay,
  value: string,
): ListedOption | undefined {
  const [, groupName, name, index] = /^(\w+)\/([^[]+)(?:\[(\d+)\])?$/.exec(value) ?? [];
  const group = groups(server, client, overlay).find((each) => each.name === groupName);
  const found = group && name !== undefined ? nearest(group, name) : undefined;
  if (!group || name === undefined || !found) return undefined;
  const own =
    index !== undefined && typeof found.value === 'object' ? found.value[Number(index)] : found.value;
  return {
    name: index === undefined ? name : `${name}[${index}]`,
    text: optionText(own ?? ''),
    flag: optionDefinitions.get(name)?.type === 'flag',
    table: found.table,
    global: group.tables.at(-1)!,
    window: group.tables.find(({ label }) => label === 'window'),
  };
}

function groups(server: Server, client: AttachedClient, { target }: ListOverlay): OptionGroup[] {
  const session = server.sessions.get(target.session) ?? client.session;
  const pane = server.panes.get(target.pane) ?? session.current.window.active;
  const table = (flags: string, label: string, options: Options): OptionTable => ({ flags, label, options });
  return [
    { name: 'server', title: 'Server Options', tables: [table('-s', '', server.options)] },
    {
      name: 'session',
      title: 'Session Options',
      tables: [table('', 'session', session.options), table('-g', '', server.globalOptions)],
    },
    {
      name: 'window',
      title: 'Window & Pane Options',
      tables: [
        table('-p', 'pane', pane.options),
        table('-w', 'window', pane.window.options),
        table('-wg', '', server.globalWindowOptions),
      ],
    },
  ];
}

function namesOf({ tables }: OptionGroup): string[] {
  const all = new Set(tables.flatMap(({ options }) => options.names()));
  return [...all].filter((name) => !isHook(name)).sort();
}

function nearest(
  { tables }: OptionGroup,
  name: string,
): { table: OptionTable; value: OptionValue } | undefined {
  for (const table of tables) {
    const value = table.options.own(name);
    if (value !== undefined) return { table, value };
  }
  return undefined;
}

function rowsOf(group: OptionGroup, name: string, expanded: readonly string[]): Row[] {
  const found = nearest(group, name);
  if (!found) return [];
  const { table, value } = found;
  const place = `${group.name}/${name}`;
  const from = table.label === '' ? '' : ` (${table.label})`;
  const row = { parent: group.name, depth: 1, value: place, name };
  if (typeof value === 'string') return [{ ...row, branch: '', text: shown(value) + from }];
  const entries = Object.entries(value).map(([index, text]) => ({
    ...{ parent: place, depth: 2, branch: '', value: `${place}[${index}]`, name: `${name}[${index}]` },
    text: shown(text),
  }));
  const head = { ...row, branch: entries.length > 0 ? place : '', text: from.trim() };
  return expanded.includes(place) ? [head, ...entries] : [head];
}

/** As one line that a chooser shows as it is. */
function shown(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('#', '##');
}
