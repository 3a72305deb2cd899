import { normaliseKey } from '../term/keys/key-names.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { printCommands } from './language/syntax.ts';

export const bindKey: Command = {
  name: 'bind-key',
  alias: 'bind',
  args: { flags: 'nrN:T:', minimum: 1, blocks: 'all' },
  usage: '[-nr] [-T key-table] [-N note] key [command [arguments]]',
  run(context, args) {
    const word = args.word(0)!;
    const key = normaliseKey(word);
    if (key === undefined) throw new CommandError(`unknown key: ${word}`);
    const { keyTables } = context.server;
    const table = args.has('T') ? args.value('T')! : args.has('n') ? 'root' : 'prefix';
    const present = keyTables.get(table, key);
    const note = args.value('N') ?? present?.note ?? '';
    if (args.words.length === 1 && present) {
      // Only the note changes.
      keyTables.bind(table, { ...present, note, repeat: args.has('r') || present.repeat });
      return;
    }
    const commands = printCommands(context.parseWords(args.words.slice(1)));
    keyTables.bind(table, { key, commands, repeat: args.has('r'), note });
  },
};
