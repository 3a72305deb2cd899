import { type Target, targetOfPane } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { copyStep, dragStart, enterCopyMode, placeOf } from './copy-command.ts';
import { targetFrom } from './targets.ts';

export const copyMode: Command = {
  name: 'copy-mode',
  args: { flags: 'eHMt:uq', minimum: 0, maximum: 0 },
  usage: '[-eHMuq] [-t target-pane]',
  async run(context, args) {
    const { mouse, server, client } = context;
    const pointed = args.has('M') ? mouse : undefined;
    if (args.has('M') && !pointed) return;
    const dragged = pointed && server.panes.get(pointed.pane);
    const target: Target | undefined = dragged
      ? targetOfPane(server, dragged, client?.session)
      : targetFrom(context, args, 'pane');
    if (!target) throw new CommandError('no mouse target');
    const { pane } = target;
    if (args.has('q')) {
      pane.clock = false;
      if (pane.inCopyMode) await copyStep(context, pane, 'cancel', []);
      return;
    }
    const flags = ['e', 'H', 'u'].filter((flag) => args.has(flag)).map((flag) => `-${flag}`);
    // A selection by the mouse begins where the button was pressed.
    if (pointed) flags.push(...placeOf(dragStart(pointed)));
    await enterCopyMode(context, target, flags);
    if (!pointed || !client) return;
    await copyStep(context, pane, 'begin-selection', []);
    await copyStep(context, pane, 'cursor-to', placeOf(pointed));
    client.selecting = pane.id;
  },
};
