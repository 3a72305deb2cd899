import type { Command } from './command.ts';
import { bufferFrom } from './named-buffer.ts';

export const showBuffer: Command = {
  name: 'show-buffer',
  alias: 'showb',
  args: { flags: 'b:', minimum: 0, maximum: 0 },
  usage: '[-b buffer-name]',
  run(context, args) {
    const { data } = bufferFrom(context, args, 'no buffers');
    for (const line of data.replace(/\n$/, '').split('\n')) context.print(line);
  },
};
