import { layoutText } from '../../layout/text.ts';
import type { Session, Winlink } from '../../session.ts';
import type { Window } from '../../window.ts';
import { viewOf } from '../../window-size.ts';
import type { FormatContext, Value, Variables } from '../context.ts';

const of =
  (value: (window: Window, context: FormatContext) => Value) =>
  (context: FormatContext): Value =>
    context.window && value(context.window, context);

const ofLink =
  (value: (link: Winlink, session: Session, context: FormatContext) => Value) =>
  (context: FormatContext): Value =>
    context.link && context.session && value(context.link, context.session, context);

export const windowVariables: Variables = {
  window_active: ofLink((link, session) => link === session.current),
  window_active_clients: of((window, { server }) => viewers(window, server).length),
  window_active_clients_list: of((window, { server }) =>
    viewers(window, server)
      .map((client) => client.name)
      .join(','),
  ),
  window_active_sessions: of(
    (window, { server }) =>
      [...server.sessions.values()].filter((session) => session.current.window === window).length,
  ),
  window_active_sessions_list: of((window, { server }) =>
    [...server.sessions.values()]
      .filter((session) => session.current.window === window)
      .map((session) => session.name)
      .join(','),
  ),
  window_activity: of((window) => window.activity),
  window_activity_flag: ofLink((link) => link.activity),
  window_bell_flag: ofLink((link) => link.bell),
  window_bigger: of((window, { client }) =>
    client && client.session.current.window === window ? viewOf(client).bigger : undefined,
  ),
  window_end_flag: ofLink((link, session) => link === session.winlinks.at(-1)),
  window_flags: (context) => rawFlags(context)?.replace(/#/g, '##'),
  window_format: ({ kind }) => kind === 'window',
  window_height: of((window) => window.rows),
  window_id: of((window) => `@${window.id}`),
  window_index: ofLink((link) => link.index),
  window_last_flag: ofLink((link, session) => link === session.last[0]),
  window_layout: of((window) => layoutText(window.unzoomed ?? window.layout)),
  window_linked: of((window, { server }) => server.sessionsWith(window).length > 1),
  window_linked_sessions: of((window, { server }) => server.sessionsWith(window).length),
  window_linked_sessions_list: of((window, { server }) =>
    server
      .sessionsWith(window)
      .map((session) => session.name)
      .join(','),
  ),
  window_marked_flag: of((window, { server }) => server.marked?.window === window),
  window_name: of((window) => window.name),
  window_offset_x: of((window, { client }) =>
    client && client.session.current.window === window ? viewOf(client).x : undefined,
  ),
  window_offset_y: of((window, { client }) =>
    client && client.session.current.window === window ? viewOf(client).y : undefined,
  ),
  window_panes: of((window) => window.panes.length),
  window_raw_flags: rawFlags,
  window_silence_flag: ofLink((link) => link.silence),
  window_stack_index: ofLink((link, session) => session.last.indexOf(link) + 1),
  window_start_flag: ofLink((link, session) => link === session.winlinks[0]),
  window_visible_layout: of((window) => layoutText(window.layout)),
  window_width: of((window) => window.cols),
  window_zoomed_flag: of((window) => window.zoomed),
};

function viewers(window: Window, server: FormatContext['server']) {
  return [...server.clients.values()].filter((client) => client.session.current.window === window);
}

/** Flags after the window's name: `*` current, `-` last, `#!~` alerts, `M` marked, `Z` zoomed. */
function rawFlags({ link, session, server }: FormatContext): string | undefined {
  if (!link || !session) return undefined;
  let flags = '';
  if (link.activity) flags += '#';
  if (link.bell) flags += '!';
  if (link.silence) flags += '~';
  if (link === session.current) flags += '*';
  if (link === session.last[0]) flags += '-';
  if (server.marked?.window === link.window) flags += 'M';
  if (link.window.zoomed) flags += 'Z';
  return flags;
}
