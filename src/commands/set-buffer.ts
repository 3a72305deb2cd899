import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { optionalClient } from './targets.ts';

export const setBuffer: Command = {
  name: 'set-buffer',
  alias: 'setb',
  args: { flags: 'ab:t:n:w', minimum: 0, maximum: 1 },
  usage: '[-aw] [-b buffer-name] [-n new-buffer-name] [-t target-client] data',
  run(context, args) {
    const { server } = context;
    const name = args.value('b');
    const existing = name === undefined ? undefined : server.buffers.get(name);
    if (args.has('n')) {
      const from = existing ?? (name === undefined ? server.buffers.top() : undefined);
      if (!from) throw new CommandError(name === undefined ? 'no buffer' : `unknown buffer: ${name}`);
      server.buffers.rename(from.name, args.value('n')!);
      return;
    }
    const data = args.word(0);
    if (data === undefined) throw new CommandError('no data specified');
    if (data === '') return;
    const before = args.has('a')
      ? ((existing ?? (name === undefined ? server.buffers.top() : undefined))?.data ?? '')
      : '';
    const target = name ?? (args.has('a') ? server.buffers.top()?.name : undefined);
    if (target === undefined)
      server.buffers.add(before + data, server.options.number('buffer-limit'), server.now());
    else server.buffers.set(target, before + data, server.now());
    const client = args.has('w') ? optionalClient(context, args) : undefined;
    if (client) context.effects.setClipboard(client, before + data);
  },
};
