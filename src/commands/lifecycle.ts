import { renameAutomatically } from '../model/automatic-rename.ts';
import type { AttachedClient } from '../model/client.ts';
import { formatContext } from '../model/format/context.ts';
import { expandFormat } from '../model/format/expand.ts';
import type { Pane } from '../model/pane.ts';
import type { PaneExit } from '../model/pane-info.ts';
import { clearAlerts, type Session, type Winlink } from '../model/session.ts';
import { targetOfPane } from '../model/target/find.ts';
import type { Window } from '../model/window.ts';
import { removePane } from '../model/window-layout.ts';
import { resizeWindows } from '../model/window-size.ts';
import type { DetachReason, Host } from './context.ts';

/** How panes, windows, sessions and clients come to their ends, and what that ends with them. */

/** Ends a pane's program and takes it out of its window, which goes with its last pane. */
export async function killPane(host: Host, pane: Pane): Promise<void> {
  const { window } = pane;
  forgetPane(host, pane);
  removePane(window, pane);
  if (window.panes.length === 0) dropWindow(host, window);
  await host.effects.kill(pane.uuid, { keep: false });
}

/** Ends a window in all sessions. @param renumber by renumber-windows: not when it only makes way for another */
export async function killWindow(host: Host, window: Window, renumber = true): Promise<void> {
  const panes = [...window.panes];
  for (const pane of panes) forgetPane(host, pane);
  dropWindow(host, window, renumber);
  await Promise.all(panes.map((pane) => host.effects.kill(pane.uuid, { keep: false })));
}

/** Takes a window out of one session; it goes with its last link. */
export async function unlinkWindow(host: Host, session: Session, link: Winlink): Promise<void> {
  if (linkCount(host, link.window) <= 1) return killWindow(host, link.window, false);
  removeLink(host, session, link, false);
}

/** How often a window is linked; the sessions of a group count as one. */
export function linkCount({ server }: Host, window: Window): number {
  return [...new Set([...server.sessions.values()].map(({ group }) => group))]
    .flatMap(({ winlinks }) => winlinks)
    .filter((link) => link.window === window).length;
}

export async function killSession(host: Host, session: Session): Promise<void> {
  const windows = new Set(session.winlinks.map((link) => link.window));
  const orphans = [...windows].filter((window) => host.server.sessionsWith(window).length <= 1);
  dropSession(host, session);
  // All leave the model at once: it may be saved while their programs end.
  await Promise.all(orphans.map((window) => killWindow(host, window)));
}

/** A pane's program has ended and its last output is on the screen; called by the daemon. */
export async function paneExited(host: Host, pane: Pane, exit: PaneExit): Promise<void> {
  pane.exit = exit;
  const remain = pane.options.text('remain-on-exit');
  const remains = remain === 'on' || (remain === 'failed' && (exit.code !== 0 || exit.signal !== 0));
  const { window } = pane;
  const [session] = host.server.sessionsWith(window);
  host.server.raise(remains ? 'pane-died' : 'pane-exited', { session, window, pane });
  if (remains) {
    renameAutomatically(host.server, window);
    await showEnd(host, pane);
    return;
  }
  await killPane(host, pane);
  resizeWindows(host.server);
}

/** What a pane that remains without a program shows below its output. */
export async function showEnd({ server, effects }: Host, pane: Pane): Promise<void> {
  if (!pane.exit) return;
  const format = pane.options.text('remain-on-exit-format');
  const context = formatContext(server, targetOfPane(server, pane), { pane });
  if (format !== '') await effects.showEnd(pane.uuid, expandFormat(context, format));
}

/** Ends everything: kill-server. */
export function endServer(host: Host): void {
  for (const client of [...host.server.clients.values()])
    detachClient(host, client, 'server-exited', 'server exited');
  host.effects.endServer();
}

/** The client leaves; the daemon tells it why. */
export function detachClient(
  host: Host,
  client: AttachedClient,
  reason: DetachReason,
  message: string,
): void {
  const { server } = host;
  if (!server.clients.delete(client.id)) return;
  host.effects.detached(client, reason, message);
  const { session } = client;
  server.raise('client-detached', { client, session });
  if (!server.sessions.has(session.id) || server.clientsOf(session).length > 0) return;
  if (session.options.flag('destroy-unattached')) void killSession(host, session);
  else if (server.options.flag('exit-unattached') && server.clients.size === 0) endServer(host);
}

/** Shows another session on a client. */
export function switchClient(host: Host, client: AttachedClient, session: Session): void {
  const now = host.server.now();
  if (client.session !== session) {
    client.lastSession = client.session;
    client.session = session;
    client.pan = undefined;
    host.server.raise('client-session-changed', { client, session });
  }
  client.keyTable = '';
  client.repeatUntil = 0;
  session.lastAttached = now;
  session.activity = now;
  session.current.window.latestClient = client.id;
  clearAlerts(session.current);
}

function forgetPane({ server }: Host, pane: Pane): void {
  server.panes.delete(pane.id);
  if (server.marked === pane) server.marked = undefined;
}

/** Takes a window out of all sessions; its panes have ended or moved elsewhere. */
export function dropWindow(host: Host, window: Window, renumber = true): void {
  const { server } = host;
  server.windows.delete(window.id);
  for (const session of server.sessionsWith(window))
    for (const link of session.winlinks.filter((each) => each.window === window))
      removeLink(host, session, link, renumber);
}

function removeLink(host: Host, session: Session, link: Winlink, renumber: boolean): void {
  session.unlink(link);
  host.server.raise('window-unlinked', { session, window: link.window });
  if (session.winlinks.length === 0)
    for (const member of [...session.group.sessions]) dropSession(host, member);
  else if (renumber && session.options.flag('renumber-windows')) renumberWindows(session);
}

/** Gives the windows consecutive indices from base-index on. */
export function renumberWindows(session: Session): void {
  const base = session.options.number('base-index');
  session.winlinks.forEach((link, at) => {
    link.index = base + at;
  });
}

function dropSession(host: Host, session: Session): void {
  const { server } = host;
  if (!server.sessions.delete(session.id)) return;
  session.group.sessions.delete(session);
  server.raise('session-closed', { session });
  const mode = session.options.text('detach-on-destroy');
  const candidates = [...server.sessions.values()].filter(
    (other) => mode === 'off' || (mode === 'no-detached' && server.clientsOf(other).length === 0),
  );
  const next = candidates.sort((a, b) => b.activity - a.activity)[0];
  for (const client of [...server.clients.values()]) {
    if (client.lastSession === session) client.lastSession = undefined;
    if (client.session !== session) continue;
    if (next) {
      switchClient(host, client, next);
      client.lastSession = undefined;
    } else detachClient(host, client, 'exited', 'exited');
  }
  if (server.sessions.size === 0 && server.options.flag('exit-empty')) endServer(host);
}
