import type { Command } from './command.ts';
import { targetFrom } from './targets.ts';

export const copyMode: Command = {
  name: 'copy-mode',
  args: { flags: 'eHMs:t:uq', minimum: 0, maximum: 0 },
  usage: '[-eHMuq] [-s src-pane] [-t target-pane]',
  async run(context, args) {
    const { effects, mouse, server } = context;
    if (args.has('M') && !mouse) return;
    const dragged = args.has('M') && mouse ? server.panes.get(mouse.pane) : undefined;
    const pane = dragged ?? targetFrom(context, args, 'pane').pane;
    if (args.has('q')) {
      pane.clock = false;
      if (pane.inCopyMode) await effects.copyMode(pane.uuid, 'cancel', []);
      return;
    }
    const flags = [...(args.has('e') ? ['-e'] : []), ...(args.has('H') ? ['-H'] : [])];
    if (!pane.inCopyMode) await effects.copyMode(pane.uuid, 'enter', flags);
    if (args.has('u')) await effects.copyMode(pane.uuid, 'page-up', []);
    if (args.has('M') && mouse) {
      await effects.copyMode(pane.uuid, 'cursor-to', [String(mouse.paneX), String(mouse.paneY)]);
      await effects.copyMode(pane.uuid, 'begin-selection', []);
    }
  },
};
