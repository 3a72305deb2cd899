import type { Binding } from '../model/key-table.ts';
import { normaliseKey } from '../term/keys/key-names.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { printCommands, quote } from './language/syntax.ts';
import { showMessage } from './show-on-client.ts';

interface Row {
  readonly table: string;
  readonly binding: Binding;
}

export const listKeys: Command = {
  name: 'list-keys',
  alias: 'lsk',
  args: { flags: '1aNP:T:', minimum: 0, maximum: 1 },
  usage: '[-1aN] [-P prefix-string] [-T key-table] [key]',
  readOnly: true,
  run(context, args) {
    const { keyTables } = context.server;
    const table = args.value('T');
    if (table !== undefined && !keyTables.has(table)) throw new CommandError(`table ${table} doesn't exist`);
    const word = args.word(0);
    const key = word === undefined ? undefined : normaliseKey(word);
    if (word !== undefined && key === undefined) throw new CommandError(`invalid key: ${word}`);
    const tables = table !== undefined ? [table] : args.has('N') ? ['root', 'prefix'] : keyTables.names();
    const rows = tables
      .flatMap((name) => keyTables.bindings(name).map((binding) => ({ table: name, binding })))
      .filter(({ binding }) => key === undefined || binding.key === key);
    const lines = args.has('N') ? notes(context, args, rows) : commands(context, rows);
    if (key !== undefined && lines.length === 0) throw new CommandError(`unknown key: ${word}`);
    const shown = args.has('1') ? lines.slice(0, 1) : lines;
    if (args.has('1') && context.interactive && context.client && shown[0] !== undefined)
      showMessage(context, context.client, shown[0]);
    else for (const line of shown) context.print(line);
  },
};

/** `bind-key -r -T prefix Up select-pane -U`, in columns. */
function commands(context: CommandContext, rows: readonly Row[]): string[] {
  const anyRepeats = rows.some(({ binding }) => binding.repeat);
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
  const tableWidth = widest(rows.map(({ table }) => quote(table)));
  const keyWidth = widest(rows.map(({ binding }) => quote(binding.key)));
  return rows.map(({ table, binding }) => {
    const repeat = binding.repeat ? '-r ' : anyRepeats ? '   ' : '';
    const text = printCommands(context.parse(binding.commands), true);
    return `bind-key ${repeat}-T ${quote(table).padEnd(tableWidth)} ${quote(binding.key).padEnd(keyWidth)} ${text}`;
  });
}

/** -N: keys with their notes, or with -a their commands where they have none. */
function notes(context: CommandContext, args: Arguments, rows: readonly Row[]): string[] {
  const prefix =
    context.client?.session.options.text('prefix') ?? context.server.globalOptions.text('prefix');
  const before = args.value('P');
  const entries = rows
    .filter(({ binding }) => binding.note !== '' || args.has('a'))
    .map(({ table, binding }) => ({
      key: `${before ?? (table === 'prefix' ? `${prefix} ` : '')}${binding.key}`,
      note: binding.note || binding.commands,
    }));
  const width = Math.max(0, ...entries.map(({ key }) => key.length));
  return entries.map(({ key, note }) => (args.has('1') ? `${key} ${note}` : `${key.padEnd(width)} ${note}`));
}
