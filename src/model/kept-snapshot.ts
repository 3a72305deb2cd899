import type { LayoutCell } from './layout/cell.ts';
import type { Pane } from './pane.ts';
import type { Server } from './server.ts';
import { type PaneData, restoreSession, restoreWindow, type Snapshot, type WindowData } from './snapshot.ts';

/** What a restore needs of a snapshot: no clients, buffers and activity, which come and go by themselves. */
export function keptPart(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    clients: [],
    buffers: { buffers: [], next: 0 },
    promptHistory: { command: [], search: [], target: [], 'window-target': [] },
    windows: snapshot.windows.map((window) => ({
      ...window,
      activity: 0,
      latestClient: '',
      panes: window.panes.map((pane) => ({ ...pane, pid: 0, tty: '' })),
    })),
    sessions: snapshot.sessions.map((session) => ({ ...session, activity: 0, lastAttached: 0 })),
  };
}

/**
 * What makes a snapshot another one than the one before, as text: sessions, windows,
 * splits, commands and options. Folders, titles and sizes change all the time and only
 * bring the newest up to date, or twenty snapshots would be twenty seconds.
 */
export function structureOf(snapshot: Snapshot): string {
  const { options, keyTables, environment } = snapshot;
  const windows = snapshot.windows.map((window) => [
    window.id,
    window.options['automatic-rename'] === 'off' ? window.name : '',
    window.options,
    shapeOf(window.unzoomed ?? window.layout),
    window.panes.map(({ uuid, startCommand, options: own, host }) => [uuid, startCommand, own, host]),
  ]);
  const sessions = snapshot.sessions.map(({ id, name, options: own, winlinks }) => [
    ...[id, name, own],
    winlinks.map(({ index, window }) => [index, window]),
  ]);
  return JSON.stringify([options, keyTables, environment, windows, sessions]);
}

function shapeOf(cell: LayoutCell): unknown {
  return cell.kind === 'leaf' ? cell.pane : [cell.kind, cell.children.map(shapeOf)];
}

/** Sessions of a snapshot that were put into a server that runs, and those that were left out. */
export interface Added {
  readonly panes: readonly Pane[];
  readonly sessions: readonly string[];
  /** Names that are taken: what lives is never touched. */
  readonly present: readonly string[];
}

/**
 * Adds the sessions whose names are free, with new numbers. A window that is still
 * linked elsewhere is linked again; a pane keeps its uuid, and with it its screen and
 * history, unless that is in use.
 */
export function addMissing(server: Server, snapshot: Snapshot, newUuid: () => string): Added {
  const present = snapshot.sessions.filter(({ name }) => server.session(name)).map(({ name }) => name);
  const missing = snapshot.sessions.filter(({ name }) => !present.includes(name));
  const wanted = new Set(missing.flatMap(({ winlinks }) => winlinks.map(({ window }) => window)));
  const windowIds = new Map<number, number>();
  const panes: Pane[] = [];
  for (const window of snapshot.windows) {
    if (!wanted.has(window.id)) continue;
    const living = window.panes.map(({ uuid }) => server.paneByUuid(uuid)).find((pane) => pane);
    if (living && living.window.panes.length === window.panes.length) {
      windowIds.set(window.id, living.window.id);
      continue;
    }
    const renumbered = renumber(server, window, newUuid);
    windowIds.set(window.id, renumbered.id);
    restoreWindow(server, renumbered);
    panes.push(...(server.windows.get(renumbered.id)?.panes ?? []));
  }
  for (const session of missing) {
    const winlinks = session.winlinks.map((link) => ({ ...link, window: windowIds.get(link.window) ?? -1 }));
    restoreSession(server, { ...session, id: server.next.session++, winlinks });
    server.hadSession = true;
  }
  return { panes, sessions: missing.map(({ name }) => name), present };
}

function renumber(server: Server, window: WindowData, newUuid: () => string): WindowData {
  const ids = new Map(window.panes.map(({ id }) => [id, server.next.pane++]));
  const idOf = (id: number): number => ids.get(id) ?? -1;
  const cell = (of: LayoutCell): LayoutCell =>
    of.kind === 'leaf' ? { ...of, pane: idOf(of.pane) } : { ...of, children: of.children.map(cell) };
  const pane = (of: PaneData): PaneData => ({
    ...of,
    id: idOf(of.id),
    uuid: server.paneByUuid(of.uuid) ? newUuid() : of.uuid,
  });
  return {
    ...window,
    id: server.next.window++,
    panes: window.panes.map(pane),
    active: idOf(window.active),
    lastPanes: window.lastPanes.map(idOf),
    layout: cell(window.layout),
    ...(window.unzoomed && { unzoomed: cell(window.unzoomed) }),
  };
}
