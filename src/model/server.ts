import { Signal } from '../base/signal.ts';
import type { AttachedClient, PromptType } from './client.ts';
import { Environment } from './environment.ts';
import { KeyTables, type TableBinding } from './key-table.ts';
import { defaultOptions } from './options/definitions.ts';
import { Options } from './options/values.ts';
import { Pane } from './pane.ts';
import type { PaneInfo } from './pane-info.ts';
import { PasteBuffers } from './paste-buffers.ts';
import { Runs } from './runs.ts';
import { Session } from './session.ts';
import { Window } from './window.ts';

/**
 * Everything that a daemon knows of its sessions: no I/O, no timers. The daemon
 * gives it the time, and writes `snapshot(server)` after each change.
 */
export class Server {
  readonly sessions = new Map<number, Session>();
  readonly windows = new Map<number, Window>();
  readonly panes = new Map<number, Pane>();
  readonly clients = new Map<string, AttachedClient>();
  readonly facts: ServerFacts;

  readonly options: Options;
  readonly globalOptions: Options;
  readonly globalWindowOptions: Options;
  environment: Environment;
  keyTables: KeyTables;
  buffers = new PasteBuffers();
  /** Pane of select-pane -m. */
  marked: Pane | undefined;
  /** Newest last; at most message-limit. */
  readonly messages: { readonly time: number; readonly text: string }[] = [];
  /** What was typed at prompts, newest last. */
  readonly promptHistory: Record<PromptType, string[]> = {
    command: [],
    search: [],
    target: [],
    'window-target': [],
  };
  /** Numbers of the next session, window, pane and overlay; never used twice. */
  next = { session: 0, window: 0, pane: 0, overlay: 0 };
  /** The server should end when it has no sessions only after it has had one. */
  hadSession = false;
  /** Lists of commands that are under way. */
  readonly runs = new Runs();

  // Not part of a snapshot.
  /** Hooks that something has called and that are still to run; see `raise`. */
  readonly raised: RaisedHook[] = [];
  /** Modes of the programs in popups, by their pane. */
  readonly popups = new Map<string, PaneInfo>();
  /** A popup has gone, with its program's exit status. */
  readonly popupClosed = new Signal<{ readonly pane: string; readonly status: number }>();
  readonly channels = new Map<string, WaitChannel>();
  /** Last output of a #() command by its text, and when it was run. */
  readonly jobs = new Map<string, { output: string; startedAt: number; running: boolean }>();

  constructor(facts: ServerFacts) {
    this.facts = facts;
    const defaults = defaultOptions();
    this.options = new Options(undefined, defaults.server);
    this.globalOptions = new Options(undefined, defaults.session);
    this.globalOptions.set('default-shell', facts.shell);
    this.globalWindowOptions = new Options(undefined, defaults.window);
    this.environment = Environment.of(facts.env);
    this.keyTables = new KeyTables(facts.defaultBindings);
  }

  now(): number {
    return this.facts.now();
  }

  session(name: string): Session | undefined {
    for (const session of this.sessions.values()) if (session.name === name) return session;
    return undefined;
  }

  /** @param prefix of the name that a session without one gets */
  newSession(name: string | undefined, cwd: string, environment = new Environment(), prefix = ''): Session {
    let id = this.next.session++;
    if (name === undefined) while (this.session(`${prefix}${id}`)) id = this.next.session++;
    const session = new Session(
      id,
      name ?? `${prefix}${id}`,
      cwd,
      this.globalOptions,
      environment,
      this.now(),
    );
    this.sessions.set(id, session);
    this.hadSession = true;
    return session;
  }

  newWindow(name: string, cols: number, rows: number): Window {
    const window = new Window(this.next.window++, name, cols, rows, this.globalWindowOptions, this.now());
    this.windows.set(window.id, window);
    return window;
  }

  /** A pane that belongs to `window` but is not yet in its list or layout. */
  newPane(uuid: string, window: Window, host = ''): Pane {
    const pane = new Pane(this.next.pane++, uuid, window, host);
    this.panes.set(pane.id, pane);
    return pane;
  }

  /** Takes back a pane that found no space: its number is free again. */
  withdrawPane(pane: Pane): void {
    this.panes.delete(pane.id);
    if (this.next.pane === pane.id + 1) this.next.pane = pane.id;
  }

  paneByUuid(uuid: string): Pane | undefined {
    for (const pane of this.panes.values()) if (pane.uuid === uuid) return pane;
    return undefined;
  }

  /** What programs of the session find in SSH_AUTH_SOCK with `agent-socket on`: it leads to the client that attached last. */
  agentSocket(session: Session): string {
    return `${this.facts.agentFolder}/${session.id}`;
  }

  clientsOf(session: Session): AttachedClient[] {
    return [...this.clients.values()].filter((client) => client.session === session);
  }

  sessionsWith(window: Window): Session[] {
    return [...this.sessions.values()].filter((session) => session.linkOf(window));
  }

  /** Calls a hook: its commands run after the present command or event, if there are any. */
  raise(name: string, about: Omit<RaisedHook, 'name'>): void {
    const tables = [about.pane?.options ?? about.window?.options ?? this.globalWindowOptions];
    tables.push(about.session?.options ?? this.globalOptions);
    if (tables.some((table) => table.list(name).length > 0)) this.raised.push({ name, ...about });
  }

  addMessage(text: string): void {
    this.messages.push({ time: this.now(), text });
    const limit = this.options.number('message-limit');
    if (this.messages.length > limit) this.messages.splice(0, this.messages.length - limit);
  }
}

/** What the model needs to know of its surroundings. */
export interface ServerFacts {
  /** ms since 1970. */
  now(): number;
  /** The daemon's environment: the global environment at first. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: string;
  readonly pid: number;
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  readonly version: string;
  readonly socketPath: string;
  readonly startTime: number;
  readonly configFiles: readonly string[];
  readonly defaultBindings: readonly TableBinding[];
  /** $SHELL if it is usable, else the user's login shell, else /bin/sh. */
  readonly shell: string;
  /** Folder with the `tmux` that is zmx, put first in PATH by tmux-compat. */
  readonly compatPath: string;
  /** Folder with this `zmx`, last in PATH: panes have the command also where it is not installed. */
  readonly programPath: string;
  /** Folder of the sockets that lead to clients' ssh agents. */
  readonly agentFolder: string;
}

/** A hook's name and what it is about. */
export interface RaisedHook {
  readonly name: string;
  readonly session?: Session | undefined;
  readonly window?: Window | undefined;
  readonly pane?: Pane | undefined;
  readonly client?: AttachedClient | undefined;
}

/** wait-for: those who wait, a signal that came early, and whether it is locked. */
export interface WaitChannel {
  woken: boolean;
  locked: boolean;
  readonly waiters: (() => void)[];
  readonly lockers: (() => void)[];
}
