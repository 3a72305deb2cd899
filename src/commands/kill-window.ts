import type { Command } from './command.ts';
import { killWindow as kill, renumberWindows } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

export const killWindow: Command = {
  name: 'kill-window',
  alias: 'killw',
  args: { flags: 'at:', minimum: 0, maximum: 0 },
  usage: '[-a] [-t target-window]',
  async run(context, args) {
    const { sessions } = context.server;
    const { session, window } = targetFrom(context, args, 'window');
    if (!args.has('a')) {
      await kill(context, window);
      return;
    }
    const others = new Set(session.winlinks.map((link) => link.window).filter((other) => other !== window));
    for (const other of others) await kill(context, other, false);
    for (const each of sessions.values()) if (each.options.flag('renumber-windows')) renumberWindows(each);
  },
};
