import { isAbsolute, join } from 'node:path';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { bufferFrom } from './named-buffer.ts';
import { expand } from './targets.ts';

export const saveBuffer: Command = {
  name: 'save-buffer',
  alias: 'saveb',
  args: { flags: 'ab:', minimum: 1, maximum: 1 },
  usage: '[-a] [-b buffer-name] path',
  async run(context, args) {
    const { data } = bufferFrom(context, args, 'no buffers');
    const path = expand(context, args.word(0)!);
    if (path === '-') {
      for (const line of data.replace(/\n$/, '').split('\n')) context.print(line);
      return;
    }
    const full = isAbsolute(path) ? path : join(context.cwd, path);
    try {
      await context.waiting(context.effects.writeFile(full, data, { append: args.has('a') }));
    } catch (error) {
      throw new CommandError(`${(error as Error).message}: ${path}`);
    }
  },
};
