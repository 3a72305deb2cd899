import type { Server } from '../model/server.ts';
import { bestSession, findTarget, targetOf } from '../model/target/find.ts';
import { attachTo, refuseNesting } from './attach-to.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { expand } from './targets.ts';

export const attachSession: Command = {
  name: 'attach-session',
  alias: 'attach',
  args: { flags: 'c:dEf:rt:x', minimum: 0, maximum: 1 },
  usage: '[-dErx] [-c working-directory] [-f flags] [-t target-session] [session-name]',
  readOnly: true,
  run(context, args) {
    refuseNesting(context);
    const { server } = context;
    const name = args.word(0);
    if (name !== undefined && !args.has('t')) {
      const wanted = name.replace(/^=/, '');
      const exists =
        server.session(wanted) ?? [...server.sessions.values()].find(({ id }) => `$${id}` === name);
      // zmx's own form: `attach NAME` makes the session when it does not exist.
      if (!exists) return { next: context.parseWords(['new-session', '-s', wanted]) };
      attachTo(context, targetOf(exists), { readOnly: args.has('r'), detachOthers: args.has('d') });
      return;
    }
    if (server.sessions.size === 0) throw new CommandError('no sessions');
    const text = args.value('t');
    const type = text !== undefined && /[:.%]/.test(text) ? 'pane' : 'session';
    const target =
      text === undefined
        ? targetOf(bestSession(server, unattached(server)) ?? bestSession(server)!)
        : findTarget(server, context, text, type);
    if (args.has('c')) target.session.cwd = expand(context, args.value('c')!, target);
    attachTo(context, target, {
      readOnly: args.has('r') || (args.value('f') ?? '').split(',').includes('read-only'),
      detachOthers: args.has('d') || args.has('x'),
    });
  },
};

function unattached(server: Server) {
  return [...server.sessions.values()].filter((session) => server.clientsOf(session).length === 0);
}
