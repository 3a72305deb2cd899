import type { Server } from '../../server.ts';
import type { Session, SessionGroup } from '../../session.ts';
import type { FormatContext, Value, Variables } from '../context.ts';

const of =
  (value: (session: Session, context: FormatContext) => Value) =>
  (context: FormatContext): Value =>
    context.session && value(context.session, context);

const ofGroup = (value: (group: SessionGroup, server: Server) => Value) =>
  of(({ group }, { server }) => (group.name === '' ? undefined : value(group, server)));

const clientsOf = ({ sessions }: SessionGroup, server: Server) =>
  [...sessions].flatMap((session) => server.clientsOf(session));

export const sessionVariables: Variables = {
  active_window_index: of((session) => session.current.index),
  last_window_index: of((session) => session.winlinks.at(-1)?.index),
  session_activity: of((session) => session.activity),
  session_alerts: of((session) =>
    session.winlinks
      .filter((link) => link.bell || link.activity || link.silence)
      .map(
        (link) => `${link.index}${link.activity ? '#' : ''}${link.bell ? '!' : ''}${link.silence ? '~' : ''}`,
      )
      .join(','),
  ),
  session_attached: of((session, { server }) => server.clientsOf(session).length),
  session_attached_list: of((session, { server }) =>
    server
      .clientsOf(session)
      .map((client) => client.name)
      .join(','),
  ),
  session_created: of((session) => session.created),
  session_format: ({ kind }) => kind === 'session',
  session_group: ofGroup(({ name }) => name),
  session_group_attached: ofGroup((group, server) => clientsOf(group, server).length),
  session_group_attached_list: ofGroup((group, server) =>
    clientsOf(group, server)
      .map((client) => client.name)
      .join(','),
  ),
  session_group_list: ofGroup(({ sessions }) => [...sessions].map(({ name }) => name).join(',')),
  session_group_many_attached: ofGroup((group, server) => clientsOf(group, server).length > 1),
  session_group_size: ofGroup(({ sessions }) => sessions.size),
  session_grouped: of(({ group }) => group.name !== ''),
  session_id: of((session) => `$${session.id}`),
  session_last_attached: of((session) => session.lastAttached || undefined),
  session_many_attached: of((session, { server }) => server.clientsOf(session).length > 1),
  session_marked: of((session, { server }) => Boolean(server.marked && session.linkOf(server.marked.window))),
  session_name: of((session) => session.name),
  session_path: of((session) => session.cwd),
  session_stack: of((session) => [session.current, ...session.last].map((link) => link.index).join(',')),
  session_windows: of((session) => session.winlinks.length),
};
