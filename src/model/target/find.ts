import type { AttachedClient, MouseState } from '../client.ts';
import { CommandError } from '../command-error.ts';
import { fnmatch } from '../fnmatch.ts';
import type { Pane } from '../pane.ts';
import type { Server } from '../server.ts';
import type { Session, Winlink } from '../session.ts';
import type { Window } from '../window.ts';
import { paneByDescription } from './panes.ts';

/** What a target names: always all of it, e.g. the active pane of a session's current window. */
export interface Target {
  readonly session: Session;
  readonly link: Winlink;
  readonly window: Window;
  readonly pane: Pane;
}

/** Where a search begins: what `-t` without a part falls back to. */
export interface TargetOrigin {
  /** The attached client that asked. */
  readonly client: AttachedClient | undefined;
  /** The target that holds without any -t: of a binding or of the caller's pane. */
  readonly current: Target | undefined;
  readonly mouse: MouseState | undefined;
}

export type TargetType = 'session' | 'window' | 'pane';

export function targetOf(session: Session, link = session.current, pane = link.window.active): Target {
  return { session, link, window: link.window, pane };
}

/** The target of a pane in the session that shows it, the most recently used one if there are several. */
export function targetOfPane(server: Server, pane: Pane, prefer?: Session): Target | undefined {
  const session = bestSession(server, server.sessionsWith(pane.window), prefer);
  const link = session?.linkOf(pane.window);
  return session && link ? targetOf(session, link, pane) : undefined;
}

/** The most recently used session. */
export function bestSession(
  server: Server,
  among: Iterable<Session> = server.sessions.values(),
  prefer?: Session,
): Session | undefined {
  let best: Session | undefined;
  for (const session of among) {
    if (session === prefer) return session;
    if (!best || byRecency(best, session) < 0) best = session;
  }
  return best;
}

/** A key that switches sessions uses both in the same millisecond: the one that it led to is the more recent. */
function byRecency(a: Session, b: Session): number {
  return a.activity - b.activity || a.lastAttached - b.lastAttached || a.id - b.id;
}

/**
 * Finds what a target text names, by the rules of COMMANDS in tmux(1).
 * @throws CommandError "can't find session: x" and the like.
 */
export function findTarget(
  server: Server,
  origin: TargetOrigin,
  text: string | undefined,
  type: TargetType,
): Target {
  const found = new TargetSearch(server, origin).find(text ?? '', type);
  return found;
}

/**
 * The place for a window: a session and an index, which may be free. Without an
 * index it is undefined: the command takes the next free one.
 */
export function findWindowPlace(
  server: Server,
  origin: TargetOrigin,
  text: string | undefined,
): { session: Session; index: number | undefined } {
  return new TargetSearch(server, origin).windowPlace(text ?? '');
}

const TOKENS: Readonly<Record<string, string>> = {
  '{start}': '^',
  '{end}': '$',
  '{last}': '!',
  '{next}': '+',
  '{previous}': '-',
};

class TargetSearch {
  readonly #server: Server;
  readonly #origin: TargetOrigin;

  constructor(server: Server, origin: TargetOrigin) {
    this.#server = server;
    this.#origin = origin;
  }

  find(text: string, type: TargetType): Target {
    const special = this.#special(text);
    if (special) return special;
    if (text === '') return this.current();
    const parts = split(text, type);
    if (parts.session !== undefined) {
      const session = this.#session(parts.session) ?? missing('session', parts.session);
      if (parts.window === undefined && parts.pane === undefined) return targetOf(session);
      const link =
        parts.window === undefined
          ? session.current
          : (this.#windowIn(session, parts.window) ?? missing('window', parts.window));
      return this.#withPane(session, link, parts.pane);
    }
    if (parts.window !== undefined && parts.pane !== undefined) {
      const { session, link } = this.#window(parts.window) ?? missing('window', parts.window);
      return this.#withPane(session, link, parts.pane);
    }
    if (parts.window !== undefined) {
      const found = this.#window(parts.window) ?? missing('window', parts.window);
      return targetOf(found.session, found.link);
    }
    return this.#pane(parts.pane ?? '') ?? missing('pane', parts.pane ?? '');
  }

  windowPlace(text: string): { session: Session; index: number | undefined } {
    const special = this.#special(text);
    if (special) return { session: special.session, index: special.link.index };
    if (text === '') return { session: this.current().session, index: undefined };
    const parts = split(text, 'window');
    if (parts.pane !== undefined) throw new CommandError("can't specify pane here");
    const session =
      parts.session === undefined
        ? this.current().session
        : (this.#session(parts.session) ?? missing('session', parts.session));
    if (parts.window === undefined) return { session, index: undefined };
    const offset = /^([+-])(\d*)$/.exec(parts.window);
    if (offset) {
      const by = offset[2] ? Number.parseInt(offset[2], 10) : 1;
      const index = session.current.index + (offset[1] === '+' ? by : -by);
      if (index < 0) missing('window', parts.window);
      return { session, index };
    }
    const link = this.#windowIn(session, parts.window);
    if (link) return { session, index: link.index };
    if (/^=?\d+$/.test(parts.window))
      return { session, index: Number.parseInt(parts.window.replace('=', ''), 10) };
    // A word that names no window may be a session, whose next free index is meant.
    const other = parts.session === undefined ? this.#window(parts.window) : undefined;
    if (other) return { session: other.session, index: other.bySession ? undefined : other.link.index };
    return missing('window', parts.window);
  }

  current(): Target {
    if (this.#origin.current) return this.#origin.current;
    const session = this.#origin.client?.session ?? bestSession(this.#server);
    if (!session) throw new CommandError('no current target');
    return targetOf(session);
  }

  #special(text: string): Target | undefined {
    if (text === '=' || text === '{mouse}') {
      const { client, mouse } = this.#origin;
      const found = mouse && client && mouseTarget(this.#server, client, mouse);
      if (!found) throw new CommandError('no mouse target');
      return found;
    }
    if (text === '~' || text === '{marked}') {
      const found = this.#server.marked && targetOfPane(this.#server, this.#server.marked);
      if (!found) throw new CommandError('no marked target');
      return found;
    }
    return undefined;
  }

  #session(text: string): Session | undefined {
    const sessions = [...this.#server.sessions.values()];
    if (text.startsWith('$')) return sessions.find((session) => `$${session.id}` === text);
    const exact = text.startsWith('=');
    const name = exact ? text.slice(1) : text;
    const found = sessions.find((session) => session.name === name);
    if (found || exact) return found;
    for (const client of this.#server.clients.values())
      if (matchesClient(client, name)) return client.session;
    return only(
      sessions,
      (session) => session.name.startsWith(name),
      (session) => fnmatch(name, session.name),
    );
  }

  #window(text: string): { session: Session; link: Winlink; bySession?: boolean } | undefined {
    if (text.startsWith('@')) {
      const window = this.#server.windows.get(Number(text.slice(1)));
      const here = this.#origin.current?.session ?? this.#origin.client?.session;
      const session = window && bestSession(this.#server, this.#server.sessionsWith(window), here);
      const link = session?.linkOf(window!);
      return session && link && { session, link };
    }
    const { session } = this.current();
    const link = this.#windowIn(session, text);
    if (link) return { session, link };
    const other = text.startsWith('=') ? undefined : this.#session(text);
    return other && { session: other, link: other.current, bySession: true };
  }

  #windowIn(session: Session, text: string): Winlink | undefined {
    const links = session.winlinks;
    if (text.startsWith('@')) return links.find((link) => `@${link.window.id}` === text);
    const exact = text.startsWith('=');
    const name = exact ? text.slice(1) : (TOKENS[text] ?? text);
    if (!exact) {
      if (name === '!') return session.last[0];
      if (name === '^') return links[0];
      if (name === '$') return links.at(-1);
      const offset = /^([+-])(\d*)$/.exec(name);
      if (offset) {
        const by = (offset[2] ? Number.parseInt(offset[2], 10) : 1) % links.length;
        const at = links.indexOf(session.current) + (offset[1] === '+' ? by : links.length - by);
        return links[at % links.length];
      }
    }
    const index = /^\d+$/.test(name) ? session.at(Number.parseInt(name, 10)) : undefined;
    if (index) return index;
    const named = links.filter((link) => link.window.name === name);
    if (named.length > 0) return named.length === 1 ? named[0] : undefined;
    if (exact) return undefined;
    return only(
      links,
      (link) => link.window.name.startsWith(name),
      (link) => fnmatch(name, link.window.name),
    );
  }

  #withPane(session: Session, link: Winlink, text: string | undefined): Target {
    if (text === undefined) return targetOf(session, link);
    const pane = this.#paneIn(link.window, text) ?? missing('pane', text);
    return targetOf(session, link, pane);
  }

  /** In the window where the command was given, `+` and `{left-of}` are seen from its pane. */
  #paneIn(window: Window, text: string): Pane | undefined {
    const { current } = this.#origin;
    return paneByDescription(window, text, current?.window === window ? current.pane : window.active);
  }

  /** A word alone: a pane of the current window, else a window, else a session. */
  #pane(text: string): Target | undefined {
    if (text.startsWith('%')) {
      const pane = this.#server.panes.get(Number(text.slice(1)));
      return (
        pane &&
        targetOfPane(this.#server, pane, this.#origin.current?.session ?? this.#origin.client?.session)
      );
    }
    const current = this.current();
    const pane = this.#paneIn(current.window, text);
    if (pane) return targetOf(current.session, current.link, pane);
    const window = this.#window(text);
    return window && targetOf(window.session, window.link);
  }
}

function split(text: string, type: TargetType): { session?: string; window?: string; pane?: string } {
  const colon = text.indexOf(':');
  const period = text.indexOf('.', colon + 1);
  const parts: { session?: string; window?: string; pane?: string } = {};
  if (colon >= 0) {
    parts.session = text.slice(0, colon);
    parts.window = text.slice(colon + 1, period < 0 ? undefined : period);
    if (period >= 0) parts.pane = text.slice(period + 1);
  } else if (period >= 0 && type !== 'session') {
    parts.window = text.slice(0, period);
    parts.pane = text.slice(period + 1);
  } else if (text.startsWith('$') && text.length > 1) parts.session = text;
  else if (text.startsWith('@')) parts.window = text;
  else if (text.startsWith('%')) parts.pane = text;
  else parts[type] = text;
  for (const name of ['session', 'window', 'pane'] as const) if (parts[name] === '') delete parts[name];
  return parts;
}

/** The only element that a test accepts; tests are tried in turn, and more than one hit is none. */
function only<T>(all: readonly T[], ...tests: ((item: T) => boolean)[]): T | undefined {
  for (const test of tests) {
    const hits = all.filter(test);
    if (hits.length > 0) return hits.length === 1 ? hits[0] : undefined;
  }
  return undefined;
}

function missing(type: TargetType, text: string): never {
  throw new CommandError(`can't find ${type}: ${text.replace(/^=/, '')}`);
}

/** A client by its terminal: `/dev/pts/3` or `pts/3`. */
export function matchesClient(client: AttachedClient, name: string): boolean {
  return client.name === name || client.id === name || client.name === `/dev/${name}`;
}

function mouseTarget(server: Server, client: AttachedClient, mouse: MouseState): Target | undefined {
  const { session } = client;
  const windowRange = /^window\|(\d+)$/.exec(mouse.range);
  if (windowRange) {
    const link = session.at(Number(windowRange[1]));
    return link && targetOf(session, link);
  }
  const pane = server.panes.get(mouse.pane);
  if (!pane) return targetOf(session);
  const link = session.linkOf(pane.window);
  return link && targetOf(session, link, pane);
}
