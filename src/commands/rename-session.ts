import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { sessionName } from './new-session.ts';
import { expand, targetFrom } from './targets.ts';

export const renameSession: Command = {
  name: 'rename-session',
  alias: 'rename',
  args: { flags: 't:', minimum: 1, maximum: 1 },
  usage: '[-t target-session] new-name',
  run(context, args) {
    const target = targetFrom(context, args, 'session');
    const name = sessionName(expand(context, args.word(0)!, target));
    if (name === target.session.name) return;
    if (context.server.session(name)) throw new CommandError(`duplicate session: ${name}`);
    target.session.name = name;
    context.server.raise('session-renamed', { session: target.session });
  },
};
