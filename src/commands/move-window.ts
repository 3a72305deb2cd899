import type { Command } from './command.ts';
import { renumberWindows } from './lifecycle.ts';
import { placeWindow } from './place-window.ts';
import { targetFrom } from './targets.ts';

export const moveWindow: Command = {
  name: 'move-window',
  alias: 'movew',
  args: { flags: 'abdkrs:t:', minimum: 0, maximum: 0 },
  usage: '[-abdkr] [-s src-window] [-t dst-window]',
  async run(context, args) {
    if (args.has('r')) {
      renumberWindows(targetFrom(context, args, 'session').session);
      return;
    }
    await placeWindow(context, args, true);
  },
};
