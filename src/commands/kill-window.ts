import type { Command } from './command.ts';
import { killWindow as kill, renumberWindows, unlinkWindow } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

export const killWindow: Command = {
  name: 'kill-window',
  alias: 'killw',
  args: { flags: 'at:', minimum: 0, maximum: 0 },
  usage: '[-a] [-t target-window]',
  async run(context, args) {
    const { session, link, window } = targetFrom(context, args, 'window');
    if (!args.has('a')) return kill(context, window).then(() => undefined);
    for (const other of session.winlinks.filter((each) => each !== link))
      await unlinkWindow(context, session, other);
    if (session.options.flag('renumber-windows')) renumberWindows(session);
    return undefined;
  },
};
