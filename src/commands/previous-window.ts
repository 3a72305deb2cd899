import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { selectStep } from './select-in-session.ts';
import { targetFrom } from './targets.ts';

export const previousWindow: Command = {
  name: 'previous-window',
  alias: 'prev',
  args: { flags: 'at:', minimum: 0, maximum: 0 },
  usage: '[-a] [-t target-session]',
  run(context, args) {
    const { session } = targetFrom(context, args, 'session');
    selectStep(session, -1, args.has('a'));
    context.current = targetOf(session);
  },
};
