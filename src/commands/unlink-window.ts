import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { linkCount, unlinkWindow as unlink } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

export const unlinkWindow: Command = {
  name: 'unlink-window',
  alias: 'unlinkw',
  args: { flags: 'kt:', minimum: 0, maximum: 0 },
  usage: '[-k] [-t target-window]',
  async run(context, args) {
    const { session, link, window } = targetFrom(context, args, 'window');
    if (!args.has('k') && linkCount(context, window) <= 1)
      throw new CommandError('window only linked to one session');
    await unlink(context, session, link);
  },
};
