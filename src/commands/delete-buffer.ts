import type { Command } from './command.ts';
import { bufferFrom } from './named-buffer.ts';

export const deleteBuffer: Command = {
  name: 'delete-buffer',
  alias: 'deleteb',
  args: { flags: 'b:', minimum: 0, maximum: 0 },
  usage: '[-b buffer-name]',
  run(context, args) {
    context.server.buffers.delete(bufferFrom(context, args, 'no buffer').name);
  },
};
