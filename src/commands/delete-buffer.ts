import type { Command } from './command.ts';
import { CommandError } from './context.ts';

export const deleteBuffer: Command = {
  name: 'delete-buffer',
  alias: 'deleteb',
  args: { flags: 'b:', minimum: 0, maximum: 0 },
  usage: '[-b buffer-name]',
  run(context, args) {
    const { buffers } = context.server;
    const name = args.value('b') ?? buffers.top()?.name;
    if (name === undefined) throw new CommandError('no buffer');
    if (!buffers.delete(name)) throw new CommandError(`unknown buffer: ${name}`);
  },
};
