import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { selectLastPane } from './select-pane.ts';
import { targetFrom } from './targets.ts';

export const lastPane: Command = {
  name: 'last-pane',
  alias: 'lastp',
  args: { flags: 'det:Z', minimum: 0, maximum: 0 },
  usage: '[-deZ] [-t target-window]',
  run(context, args) {
    const target = targetFrom(context, args, 'window');
    if (args.has('d') || args.has('e')) {
      const [last] = target.window.lastPanes;
      if (!last) throw new CommandError('no last pane');
      last.inputOff = args.has('d');
      return;
    }
    selectLastPane(context, target, args.has('Z'));
  },
};
