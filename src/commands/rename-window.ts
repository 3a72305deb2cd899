import type { Command } from './command.ts';
import { expand, targetFrom } from './targets.ts';

export const renameWindow: Command = {
  name: 'rename-window',
  alias: 'renamew',
  args: { flags: 't:', minimum: 1, maximum: 1 },
  usage: '[-t target-window] new-name',
  run(context, args) {
    const target = targetFrom(context, args, 'window');
    target.window.name = expand(context, args.word(0)!, target);
    target.window.options.set('automatic-rename', 'off');
    context.server.raise('window-renamed', { session: target.session, window: target.window });
  },
};
