import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { selectLast } from './select-in-session.ts';
import { targetFrom } from './targets.ts';

export const lastWindow: Command = {
  name: 'last-window',
  alias: 'last',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-session]',
  run(context, args) {
    const { session } = targetFrom(context, args, 'session');
    selectLast(session);
    context.current = targetOf(session);
  },
};
