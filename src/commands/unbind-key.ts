import { normaliseKey } from '../term/keys/key-names.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';

export const unbindKey: Command = {
  name: 'unbind-key',
  alias: 'unbind',
  args: { flags: 'anqT:', minimum: 0, maximum: 1 },
  usage: '[-anq] [-T key-table] key',
  run({ server }, args) {
    const quiet = args.has('q');
    const table = args.value('T') ?? (args.has('n') ? 'root' : 'prefix');
    const word = args.word(0);
    const fail = (message: string) => {
      if (!quiet) throw new CommandError(message);
    };
    if (args.has('a')) {
      if (word !== undefined) return void fail('key given with -a');
      if (args.has('T') && !server.keyTables.has(table)) return void fail(`table ${table} doesn't exist`);
      server.keyTables.unbindAll(table);
      return;
    }
    if (word === undefined) return void fail('missing key');
    const key = normaliseKey(word);
    if (key === undefined) return void fail(`unknown key: ${word}`);
    if (args.has('T') && !server.keyTables.has(table)) return void fail(`table ${table} doesn't exist`);
    server.keyTables.unbind(table, key);
  },
};
