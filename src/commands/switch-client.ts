import type { Server } from '../model/server.ts';
import type { Session } from '../model/session.ts';
import { findTarget } from '../model/target/find.ts';
import { keepingZoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { switchClient as show } from './lifecycle.ts';
import { clientFrom } from './targets.ts';

export const switchClient: Command = {
  name: 'switch-client',
  alias: 'switchc',
  args: { flags: 'c:EFlnprt:T:Z', minimum: 0, maximum: 0 },
  usage: '[-ElnprZ] [-c target-client] [-t target-session] [-T key-table]',
  readOnly: true,
  run(context, args) {
    const { server } = context;
    const client = clientFrom(context, args, 'c');
    if (args.has('r')) {
      client.readOnly = !client.readOnly;
      client.ignoreSize = client.readOnly;
    }
    const table = args.value('T');
    if (table !== undefined) {
      if (!server.keyTables.has(table)) throw new CommandError(`table ${table} doesn't exist`);
      client.keyTable = table;
      return;
    }
    let session: Session | undefined;
    if (args.has('n')) session = neighbour(server, client.session, 1, 'next');
    else if (args.has('p')) session = neighbour(server, client.session, -1, 'previous');
    else if (args.has('l')) {
      session = client.lastSession;
      if (!session || !server.sessions.has(session.id)) throw new CommandError("can't find last session");
    } else {
      const text = args.value('t');
      if (text === undefined && args.has('r')) return;
      const target = findTarget(
        server,
        context,
        text,
        text !== undefined && /[:.%]|^[=~]$/.test(text) ? 'pane' : 'session',
      );
      session = target.session;
      session.select(target.link);
      if (target.pane !== target.window.active)
        keepingZoom(target.window, () => target.window.activate(target.pane), args.has('Z'));
    }
    if (!args.has('E') && client.session !== session)
      session.environment.update(session.options.list('update-environment'), client.terminal.env);
    show(context, client, session);
  },
};

/** The next session by name, around the end. */
function neighbour(server: Server, from: Session, by: 1 | -1, word: string): Session {
  const sessions = [...server.sessions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const found = sessions[(sessions.indexOf(from) + by + sessions.length) % sessions.length];
  if (!found || found === from) throw new CommandError(`can't find ${word} session`);
  return found;
}
