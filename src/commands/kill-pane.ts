import { unzoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { killPane as kill } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

export const killPane: Command = {
  name: 'kill-pane',
  alias: 'killp',
  args: { flags: 'at:', minimum: 0, maximum: 0 },
  usage: '[-a] [-t target-pane]',
  async run(context, args) {
    const { window, pane } = targetFrom(context, args, 'pane');
    if (!args.has('a')) {
      await kill(context, pane);
      return;
    }
    unzoom(window);
    for (const other of window.panes.filter((each) => each !== pane)) await kill(context, other);
  },
};
