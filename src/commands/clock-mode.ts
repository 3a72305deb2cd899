import { renameAutomatically } from '../model/automatic-rename.ts';
import type { Command } from './command.ts';
import { targetFrom } from './targets.ts';

export const clockMode: Command = {
  name: 'clock-mode',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-pane]',
  run(context, args) {
    const { window, pane } = targetFrom(context, args, 'pane');
    pane.clock = true;
    renameAutomatically(context.server, window);
  },
};
