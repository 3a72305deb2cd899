import { clearAlerts } from '../model/session.ts';
import type { Command } from './command.ts';
import { killSession as kill } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

export const killSession: Command = {
  name: 'kill-session',
  args: { flags: 'aCt:', minimum: 0, maximum: 0 },
  usage: '[-aC] [-t target-session]',
  async run(context, args) {
    const { session } = targetFrom(context, args, 'session');
    if (args.has('C')) {
      session.winlinks.forEach(clearAlerts);
    } else if (args.has('a')) {
      for (const other of [...context.server.sessions.values()])
        if (other !== session) await kill(context, other);
    } else {
      await kill(context, session);
    }
  },
};
