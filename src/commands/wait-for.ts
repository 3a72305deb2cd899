import type { WaitChannel } from '../model/server.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';

export const waitFor: Command = {
  name: 'wait-for',
  alias: 'wait',
  args: { flags: 'LSU', minimum: 1, maximum: 1 },
  usage: '[-L|-S|-U] channel',
  async run(context, args) {
    const { server } = context;
    const name = args.word(0)!;
    const channel = server.channels.get(name) ?? { woken: false, locked: false, waiters: [], lockers: [] };
    if (args.has('S')) {
      if (channel.waiters.length > 0) for (const wake of channel.waiters.splice(0)) wake();
      else channel.woken = true;
    } else if (args.has('L')) {
      if (channel.locked) {
        server.channels.set(name, channel);
        await context.waiting(new Promise<void>((resolve) => channel.lockers.push(resolve)));
        return;
      }
      channel.locked = true;
    } else if (args.has('U')) {
      if (!channel.locked) throw new CommandError(`channel ${name} not locked`);
      const next = channel.lockers.shift();
      if (next) next();
      else channel.locked = false;
    } else if (channel.woken) channel.woken = false;
    else {
      server.channels.set(name, channel);
      await context.waiting(new Promise<void>((resolve) => channel.waiters.push(resolve)));
      return;
    }
    keep(name, channel);

    function keep(key: string, { woken, locked, waiters }: WaitChannel) {
      if (woken || locked || waiters.length > 0) server.channels.set(key, channel);
      else server.channels.delete(key);
    }
  },
};
