import type { Command } from './command.ts';
import { CommandError } from './context.ts';

export const restoreSessions: Command = {
  name: 'restore',
  args: { flags: 'lnf:', minimum: 0, maximum: 0 },
  usage: '[-ln] [-f number]',
  async run(context, args) {
    const from = Number(args.value('f') ?? 1);
    if (!Number.isInteger(from) || from < 1)
      throw new CommandError(`no number of a snapshot: ${args.value('f')}`);
    const kind = args.has('l') ? 'list' : args.has('n') ? 'plan' : 'carry-out';
    for (const line of await context.effects.restore({ kind, from })) context.print(line);
  },
};
