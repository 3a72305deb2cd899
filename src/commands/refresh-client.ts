import { viewOf } from '../model/window-size.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { parseNumber } from './language/arguments.ts';
import { clientFrom } from './targets.ts';

export const refreshClient: Command = {
  name: 'refresh-client',
  alias: 'refresh',
  args: { flags: 'cDf:lLRSt:U', minimum: 0, maximum: 1 },
  usage: '[-cDlLRSU] [-f flags] [-t target-client] [adjustment]',
  run(context, args) {
    const client = clientFrom(context, args);
    const by = args.word(0) === undefined ? 1 : parseNumber(args.word(0)!, 'adjustment', 1, 2 ** 31 - 1);
    if (args.has('c')) client.pan = undefined;
    else if (['L', 'R', 'U', 'D'].some((flag) => args.has(flag))) {
      const { window } = client.session.current;
      const view = viewOf(client);
      const x = view.x + (args.has('R') ? by : args.has('L') ? -by : 0);
      const y = view.y + (args.has('D') ? by : args.has('U') ? -by : 0);
      const within = (value: number, most: number) => Math.max(0, Math.min(value, most));
      client.pan = {
        x: within(x, window.cols - view.cols),
        y: within(y, window.rows - view.rows),
        window: window.id,
      };
    }
    if (args.has('l'))
      throw new CommandError("refresh-client -l is not supported: paste with the terminal's own key");
    for (const flag of (args.value('f') ?? '').split(',').filter((each) => each !== '')) {
      const on = !flag.startsWith('!');
      const name = flag.replace(/^!/, '');
      if (name === 'read-only') client.readOnly = on;
      else if (name === 'ignore-size') client.ignoreSize = on;
      else throw new CommandError(`unknown client flag: ${name}`);
    }
    if (!args.has('S')) context.effects.redraw(client);
  },
};
