import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { selectLast, selectStep } from './select-in-session.ts';
import { targetFrom } from './targets.ts';

export const selectWindow: Command = {
  name: 'select-window',
  alias: 'selectw',
  args: { flags: 'lnpTt:', minimum: 0, maximum: 0 },
  usage: '[-lnpT] [-t target-window]',
  run(context, args) {
    const { session, link } = targetFrom(context, args, 'window');
    if (args.has('n')) selectStep(session, 1, false);
    else if (args.has('p')) selectStep(session, -1, false);
    else if (args.has('l')) selectLast(session);
    else if (args.has('T') && link === session.current) selectLast(session);
    else session.select(link);
    context.current = targetOf(session);
  },
};
