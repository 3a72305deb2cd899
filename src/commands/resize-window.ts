import { resizeWindow as resize } from '../model/window-layout.ts';
import { wantedSize } from '../model/window-size.ts';
import type { Command } from './command.ts';
import { parseNumber } from './language/arguments.ts';
import { targetFrom } from './targets.ts';

const SIZE_MAXIMUM = 10_000;

export const resizeWindow: Command = {
  name: 'resize-window',
  alias: 'resizew',
  args: { flags: 'aADLRt:Ux:y:', minimum: 0, maximum: 1 },
  usage: '[-aADLRU] [-x width] [-y height] [-t target-window] [adjustment]',
  run(context, args) {
    const { window } = targetFrom(context, args, 'window');
    const by = args.word(0) === undefined ? 1 : parseNumber(args.word(0)!, 'adjustment', 1, 2 ** 31 - 1);
    let { cols, rows } = window;
    cols = args.number('x', 'width', 1, SIZE_MAXIMUM) ?? cols;
    rows = args.number('y', 'height', 1, SIZE_MAXIMUM) ?? rows;
    if (args.has('L')) cols = Math.max(1, cols - by);
    else if (args.has('R')) cols += by;
    else if (args.has('U')) rows = Math.max(1, rows - by);
    else if (args.has('D')) rows += by;
    if (args.has('A') || args.has('a')) {
      window.options.set('window-size', args.has('A') ? 'largest' : 'smallest');
      const size = wantedSize(context.server, window);
      if (size) ({ cols, rows } = size);
    }
    window.options.set('window-size', 'manual');
    window.manualSize = { cols, rows };
    resize(window, cols, rows);
  },
};
