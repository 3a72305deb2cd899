import type { PasteBuffer } from '../model/paste-buffers.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';

/** The buffer of -b, else the newest. @throws CommandError */
export function bufferFrom({ server }: CommandContext, args: Arguments, none: string): PasteBuffer {
  const name = args.value('b');
  const buffer = name === undefined ? server.buffers.top() : server.buffers.get(name);
  if (!buffer) throw new CommandError(name === undefined ? none : `no buffer ${name}`);
  return buffer;
}
