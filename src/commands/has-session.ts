import type { Command } from './command.ts';
import { targetFrom } from './targets.ts';

export const hasSession: Command = {
  name: 'has-session',
  alias: 'has',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-session]',
  run(context, args) {
    targetFrom(context, args, 'session');
  },
};
