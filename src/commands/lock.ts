import type { Session } from '../model/session.ts';
import type { Command } from './command.ts';
import type { CommandContext, Host } from './context.ts';
import { clientFrom, targetFrom } from './targets.ts';

/** Runs lock-command at every terminal that shows the session. */
export function lock({ server, effects }: Host, session: Session): void {
  const command = session.options.text('lock-command');
  if (command !== '') for (const client of server.clientsOf(session)) effects.lock(client, command);
}

export const lockServer: Command = {
  name: 'lock-server',
  alias: 'lock',
  args: { flags: '', minimum: 0, maximum: 0 },
  usage: '',
  run(context) {
    for (const session of context.server.sessions.values()) lock(context, session);
  },
};

export const lockSession: Command = {
  name: 'lock-session',
  alias: 'locks',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-session]',
  run(context, args) {
    lock(context, targetFrom(context, args, 'session').session);
  },
};

export const lockClient: Command = {
  name: 'lock-client',
  alias: 'lockc',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-client]',
  run(context: CommandContext, args) {
    const client = clientFrom(context, args);
    const command = client.session.options.text('lock-command');
    if (command !== '') context.effects.lock(client, command);
  },
};

/**
 * Locks the sessions in which nobody did anything for lock-after-time (seconds); to be
 * called each second. Once: whoever unlocks a terminal has done something.
 *
 * @param locked sessions that were locked, and the activity after which they were
 */
export function lockIdle(host: Host, locked: WeakMap<Session, number>): void {
  const now = host.server.now();
  for (const session of host.server.sessions.values()) {
    const seconds = session.options.number('lock-after-time');
    if (seconds === 0 || now - session.activity < seconds * 1000) continue;
    if (locked.get(session) === session.activity) continue;
    locked.set(session, session.activity);
    lock(host, session);
  }
}
