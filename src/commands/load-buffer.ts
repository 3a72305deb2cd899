import { isAbsolute, join } from 'node:path';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { standardInput } from './standard-input.ts';
import { expand, optionalClient } from './targets.ts';

export const loadBuffer: Command = {
  name: 'load-buffer',
  alias: 'loadb',
  args: { flags: 'b:t:w', minimum: 1, maximum: 1 },
  usage: '[-b buffer-name] [-t target-client] path',
  async run(context, args) {
    const { server } = context;
    const path = expand(context, args.word(0)!);
    let data: string;
    try {
      if (path === '-') data = standardInput(context);
      else
        data = await context.waiting(
          context.effects.readFile(isAbsolute(path) ? path : join(context.cwd, path)),
        );
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      throw new CommandError(`${code === 'ENOENT' ? 'No such file or directory' : message}: ${path}`);
    }
    if (data === '') return;
    const name = args.value('b');
    if (name === undefined) server.buffers.add(data, server.options.number('buffer-limit'), server.now());
    else server.buffers.set(name, data, server.now());
    const client = args.has('w') ? optionalClient(context, args) : undefined;
    if (client) context.effects.setClipboard(client, data);
  },
};
