import { PASTE_BEGIN, PASTE_END } from '../term/keys/key-encoder.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { awaitProgram, targetFrom } from './targets.ts';

export const pasteBuffer: Command = {
  name: 'paste-buffer',
  alias: 'pasteb',
  args: { flags: 'db:prs:t:', minimum: 0, maximum: 0 },
  usage: '[-dpr] [-s separator] [-b buffer-name] [-t target-pane]',
  async run(context, args) {
    const { server, effects } = context;
    const { pane } = targetFrom(context, args, 'pane');
    if (pane.dead) throw new CommandError('target pane has exited');
    const name = args.value('b');
    const buffer = name === undefined ? server.buffers.top() : server.buffers.get(name);
    if (!buffer) {
      if (name === undefined) return;
      throw new CommandError(`no buffer ${name}`);
    }
    if (!pane.inputOff) {
      await awaitProgram(context, pane);
      const separator = args.value('s') ?? (args.has('r') ? '\n' : '\r');
      const bracketed = args.has('p') && pane.info?.bracketedPaste;
      const text = Buffer.from(buffer.data.replace(/\n/g, separator));
      const bytes = bracketed ? Buffer.concat([PASTE_BEGIN, text, PASTE_END]) : text;
      await effects.write(pane.uuid, bytes);
    }
    if (args.has('d')) server.buffers.delete(buffer.name);
  },
};
