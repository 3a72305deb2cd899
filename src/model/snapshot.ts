import {
  AttachedClient,
  type ClientTerminal,
  type OverlayState,
  type PromptState,
  type PromptType,
} from './client.ts';
import { Environment, type EnvironmentData } from './environment.ts';
import { KeyTables, type KeyTablesData } from './key-table.ts';
import type { LayoutCell } from './layout/cell.ts';
import type { Options, OptionsData } from './options/values.ts';
import { Pane } from './pane.ts';
import type { PaneExit } from './pane-info.ts';
import { PasteBuffers, type PasteBuffersData } from './paste-buffers.ts';
import type { RunData } from './runs.ts';
import { Server, type ServerFacts } from './server.ts';
import { Session, SessionGroup } from './session.ts';
import { Window } from './window.ts';

/**
 * The server as plain JSON and back. Written out field by field, not by walking the
 * objects, so that a change of a class is a deliberate change of what is on disk.
 * Fields are only added; a reader takes the default for one that is missing.
 */
export const SNAPSHOT_VERSION = 1;

export interface Snapshot {
  readonly version: number;
  readonly next: Server['next'];
  readonly hadSession: boolean;
  readonly options: { server: OptionsData; session: OptionsData; window: OptionsData };
  readonly environment: EnvironmentData;
  readonly keyTables?: KeyTablesData;
  readonly buffers: PasteBuffersData;
  readonly promptHistory: Record<PromptType, string[]>;
  readonly marked?: number;
  readonly windows: readonly WindowData[];
  readonly sessions: readonly SessionData[];
  readonly clients: readonly ClientData[];
  readonly runs?: readonly RunData[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type PaneFields = Pick<
  Pane,
  | 'startCommand'
  | 'startPath'
  | 'shell'
  | 'startEnvironment'
  | 'op'
  | 'pid'
  | 'tty'
  | 'title'
  | 'inputOff'
  | 'pipe'
  | 'restored'
  | 'restoration'
  | 'foreground'
  | 'clock'
>;
export interface PaneData extends PaneFields {
  readonly id: number;
  readonly uuid: string;
  readonly host: string;
  readonly options: OptionsData;
  readonly exit?: PaneExit;
  readonly empty?: boolean;
}

export interface WindowData {
  readonly id: number;
  readonly name: string;
  readonly cols: number;
  readonly rows: number;
  readonly manualSize?: { cols: number; rows: number };
  readonly created: number;
  readonly activity: number;
  readonly latestClient: string;
  readonly options: OptionsData;
  readonly panes: readonly PaneData[];
  readonly active: number;
  readonly lastPanes: readonly number[];
  readonly layout: LayoutCell;
  readonly unzoomed?: LayoutCell;
  readonly oldLayout: string;
  readonly namedLayout: number;
}

export interface SessionData {
  readonly id: number;
  readonly name: string;
  readonly cwd: string;
  readonly created: number;
  readonly activity: number;
  readonly lastAttached: number;
  readonly options: OptionsData;
  readonly environment: EnvironmentData;
  readonly winlinks: readonly {
    index: number;
    window: number;
    bell: boolean;
    activity: boolean;
    silence: boolean;
  }[];
  readonly current: number;
  readonly last: readonly number[];
  /** Name of its group; each of them has all the windows. */
  readonly group?: string;
}

interface ClientData {
  readonly id: string;
  readonly session: number;
  readonly lastSession?: number;
  readonly cols: number;
  readonly rows: number;
  readonly terminal: ClientTerminal;
  readonly readOnly: boolean;
  readonly ignoreSize: boolean;
  readonly created: number;
  readonly activity: number;
  readonly keyTable: string;
  readonly repeatUntil: number;
  readonly pasting: AttachedClient['pasting'];
  readonly message?: { text: string; until: number };
  readonly prompt?: PromptState;
  readonly overlay?: OverlayState;
  readonly pan?: { x: number; y: number; window: number };
}

/** Shares no object with the server that changes later only if the caller serialises it at once. */
export function snapshot(server: Server): Snapshot {
  const keyTables = server.keyTables.data();
  return {
    version: SNAPSHOT_VERSION,
    next: { ...server.next },
    hadSession: server.hadSession,
    options: {
      server: server.options.data(),
      session: server.globalOptions.data(),
      window: server.globalWindowOptions.data(),
    },
    environment: server.environment.data(),
    ...(keyTables && { keyTables }),
    buffers: server.buffers.data(),
    promptHistory: server.promptHistory,
    ...(server.marked && { marked: server.marked.id }),
    windows: [...server.windows.values()].map(windowData),
    sessions: [...server.sessions.values()].map(sessionData),
    clients: [...server.clients.values()].map(clientData),
    runs: server.runs.data(),
  };
}

/** The server of a snapshot; `facts` are of the present process. */
export function restore(data: Snapshot, facts: ServerFacts): Server {
  const server = new Server(facts);
  Object.assign(server.next, data.next);
  server.hadSession = data.hadSession;
  fill(server.options, data.options.server);
  fill(server.globalOptions, data.options.session);
  fill(server.globalWindowOptions, data.options.window);
  server.environment = new Environment(data.environment);
  if (data.keyTables) server.keyTables = new KeyTables(facts.defaultBindings, data.keyTables);
  server.buffers = new PasteBuffers(data.buffers);
  Object.assign(server.promptHistory, data.promptHistory);
  for (const window of data.windows) restoreWindow(server, window);
  for (const session of data.sessions) restoreSession(server, session);
  for (const client of data.clients) restoreClient(server, client);
  server.runs.restore(data.runs ?? []);
  server.marked = data.marked === undefined ? undefined : server.panes.get(data.marked);
  return server;
}

/** An option that a newer version added keeps its default. */
function fill(options: Options, data: OptionsData): void {
  for (const [name, value] of Object.entries(data)) options.set(name, value);
}

function paneData(pane: Pane): PaneData {
  const { id, uuid, host, startCommand, startPath, startEnvironment, op, pid, tty, title, exit } = pane;
  const { inputOff, pipe, restored, restoration, foreground, clock, shell } = pane;
  return {
    ...{ id, uuid, host, startCommand, startPath, startEnvironment, op, pid, tty, title },
    ...{ inputOff, pipe, restored, restoration, foreground, clock, shell },
    options: pane.options.data(),
    ...(exit && { exit }),
    ...(pane.empty && { empty: true }),
  };
}

function windowData(window: Window): WindowData {
  const { id, name, cols, rows, manualSize, created, activity, latestClient } = window;
  const { layout, unzoomed, oldLayout, namedLayout } = window;
  return {
    ...{ id, name, cols, rows, created, activity, latestClient, layout, oldLayout, namedLayout },
    ...(manualSize && { manualSize }),
    ...(unzoomed && { unzoomed }),
    options: window.options.data(),
    panes: window.panes.map(paneData),
    active: window.active.id,
    lastPanes: window.lastPanes.map((pane) => pane.id),
  };
}

/** Puts a window and its panes into the server, with the numbers that the data says. */
export function restoreWindow(server: Server, data: WindowData): void {
  const window = new Window(
    data.id,
    data.name,
    data.cols,
    data.rows,
    server.globalWindowOptions,
    data.created,
  );
  fill(window.options, data.options);
  window.activity = data.activity;
  window.latestClient = data.latestClient;
  window.manualSize = data.manualSize;
  window.layout = structuredClone(data.layout);
  window.unzoomed = structuredClone(data.unzoomed);
  window.oldLayout = data.oldLayout;
  window.namedLayout = data.namedLayout;
  for (const { id, uuid, host, options, exit, empty, ...fields } of data.panes) {
    const pane = new Pane(id, uuid, window, host);
    fill(pane.options, options);
    Object.assign(pane satisfies Mutable<PaneFields>, fields);
    pane.exit = exit;
    pane.empty = empty ?? false;
    window.panes.push(pane);
    server.panes.set(id, pane);
  }
  const byId = (id: number) => window.panes.find((pane) => pane.id === id);
  window.active = byId(data.active) ?? window.panes[0]!;
  window.lastPanes = data.lastPanes.map(byId).filter((pane) => pane !== undefined);
  window.applyLayout();
  server.windows.set(window.id, window);
}

function sessionData(session: Session): SessionData {
  const { id, name, cwd, created, activity, lastAttached } = session;
  return {
    ...{ id, name, cwd, created, activity, lastAttached },
    options: session.options.data(),
    environment: session.environment.data(),
    winlinks: session.winlinks.map(({ window, ...link }) => ({ ...link, window: window.id })),
    current: session.current.index,
    last: session.last.map((link) => link.index),
    ...(session.group.name !== '' && { group: session.group.name }),
  };
}

/** Puts a session into the server, whose windows are there already. */
export function restoreSession(server: Server, data: SessionData): void {
  const session = new Session(
    data.id,
    data.name,
    data.cwd,
    server.globalOptions,
    new Environment(data.environment),
    data.created,
  );
  fill(session.options, data.options);
  session.activity = data.activity;
  session.lastAttached = data.lastAttached;
  const others = data.group === undefined ? undefined : groupOf(server, data.group);
  if (others) session.join(others);
  else if (data.group !== undefined) session.join(new SessionGroup(data.group));
  for (const { window: id, index, ...alerts } of others ? [] : data.winlinks) {
    const window = server.windows.get(id);
    if (window) Object.assign(session.link(window, index), alerts);
  }
  const current = session.at(data.current) ?? session.winlinks[0];
  if (!current) throw new Error(`session ${session.name} has no window`);
  session.current = current;
  session.last = data.last.map((index) => session.at(index)).filter((link) => link !== undefined);
  server.sessions.set(session.id, session);
}

function groupOf(server: Server, name: string): SessionGroup | undefined {
  return [...server.sessions.values()].find(({ group }) => group.name === name)?.group;
}

function clientData(client: AttachedClient): ClientData {
  const { id, cols, rows, terminal, readOnly, ignoreSize, created, activity, keyTable, repeatUntil } = client;
  const { pasting, message, prompt, overlay, pan, lastSession } = client;
  return {
    ...{ id, cols, rows, terminal, readOnly, ignoreSize, created, activity, keyTable, repeatUntil, pasting },
    session: client.session.id,
    ...(lastSession && { lastSession: lastSession.id }),
    ...(message && { message }),
    ...(prompt && { prompt }),
    ...(overlay && { overlay }),
    ...(pan && { pan }),
  };
}

function restoreClient(server: Server, data: ClientData): void {
  const session = server.sessions.get(data.session);
  if (!session) return;
  const client = new AttachedClient(data.id, session, data.cols, data.rows, data.terminal, data.created);
  client.lastSession = data.lastSession === undefined ? undefined : server.sessions.get(data.lastSession);
  const { readOnly, ignoreSize, activity, keyTable, repeatUntil, pasting } = data;
  Object.assign(client, { readOnly, ignoreSize, activity, keyTable, repeatUntil, pasting });
  client.message = data.message;
  client.prompt = structuredClone(data.prompt);
  client.overlay = structuredClone(data.overlay);
  client.pan = data.pan;
  server.clients.set(client.id, client);
}
