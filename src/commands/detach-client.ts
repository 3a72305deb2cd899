import type { Command } from './command.ts';
import { detachClient as detach } from './lifecycle.ts';
import { clientFrom, targetFrom } from './targets.ts';

export const detachClient: Command = {
  name: 'detach-client',
  alias: 'detach',
  args: { flags: 'aPs:t:', minimum: 0, maximum: 0 },
  usage: '[-aP] [-s target-session] [-t target-client]',
  readOnly: true,
  run(context, args) {
    const { server } = context;
    const wanted = args.has('s')
      ? server.clientsOf(targetFrom(context, args, 'session', 's').session)
      : args.has('a')
        ? others()
        : [clientFrom(context, args)];
    for (const client of wanted) {
      const message = `detached (from session ${client.session.name})`;
      detach(context, client, args.has('P') ? 'killed' : 'detached', message);
    }

    function others() {
      const kept = clientFrom(context, args);
      return [...server.clients.values()].filter((client) => client !== kept);
    }
  },
};
