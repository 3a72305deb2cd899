import type { Winlink } from '../model/session.ts';
import { targetOf, targetOfPane } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { targetFrom } from './targets.ts';

export const swapWindow: Command = {
  name: 'swap-window',
  alias: 'swapw',
  args: { flags: 'ds:t:', minimum: 0, maximum: 0 },
  usage: '[-d] [-s src-window] [-t dst-window]',
  run(context, args) {
    const { server } = context;
    const marked = server.marked && targetOfPane(server, server.marked);
    const from = !args.has('s') && marked ? marked : targetFrom(context, args, 'window', 's');
    const to = targetFrom(context, args, 'window');
    if (from.session !== to.session && from.session.group === to.session.group)
      throw new CommandError("can't move window, sessions are grouped");
    if (from.window === to.window) return;
    exchange(from.link, to.link);
    if (args.has('d')) {
      to.session.select(to.link);
      if (from.session !== to.session) from.session.select(from.link);
    }
    context.current = targetOf(to.session);
  },
};

/** Links keep their indices and change their windows. */
function exchange(a: Winlink, b: Winlink): void {
  [a.window, b.window] = [b.window, a.window];
}
