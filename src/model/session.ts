import type { Environment } from './environment.ts';
import { Options } from './options/values.ts';
import type { Window } from './window.ts';

/** A window's place in one session: a window may be linked into several. */
export interface Winlink {
  index: number;
  window: Window;
  /** Alerts since the window was last current. */
  bell: boolean;
  activity: boolean;
  silence: boolean;
}

/**
 * Sessions that have the same windows (new-session -t), each with a current one of its own.
 * They share one list, so that there is nothing to keep in step; a session on its own is a
 * group without a name.
 */
export class SessionGroup {
  readonly name: string;
  /** Sorted by index. */
  readonly winlinks: Winlink[] = [];
  /** In the order in which they joined. */
  readonly sessions = new Set<Session>();

  constructor(name: string) {
    this.name = name;
  }
}

export class Session {
  readonly id: number;
  name: string;
  /** Folder of new windows. */
  cwd: string;
  readonly options: Options;
  readonly environment: Environment;
  #group = new SessionGroup('');
  current!: Winlink;
  /** Previously current windows, latest first. */
  last: Winlink[] = [];
  readonly created: number;
  activity: number;
  /** 0: never. */
  lastAttached = 0;

  constructor(
    id: number,
    name: string,
    cwd: string,
    parent: Options,
    environment: Environment,
    created: number,
  ) {
    this.id = id;
    this.name = name;
    this.cwd = cwd;
    this.options = new Options(parent);
    this.environment = environment;
    this.created = created;
    this.activity = created;
    this.#group.sessions.add(this);
  }

  get group(): SessionGroup {
    return this.#group;
  }

  /** Sorted by index. */
  get winlinks(): Winlink[] {
    return this.#group.winlinks;
  }

  /** Shows the windows of a group in place of its own. */
  join(group: SessionGroup): void {
    this.#group.sessions.delete(this);
    this.#group = group;
    group.sessions.add(this);
    this.last = [];
    const [first] = group.winlinks;
    if (first) this.current = first;
  }

  at(index: number): Winlink | undefined {
    return this.winlinks.find((link) => link.index === index);
  }

  linkOf(window: Window): Winlink | undefined {
    return this.current?.window === window
      ? this.current
      : this.winlinks.find((link) => link.window === window);
  }

  /** The lowest free index from `from` on. */
  freeIndex(from = this.options.number('base-index')): number {
    let index = from;
    while (this.at(index)) index++;
    return index;
  }

  /** Links a window at a free index; the first one becomes the current one. */
  link(window: Window, index: number): Winlink {
    const link: Winlink = { index, window, bell: false, activity: false, silence: false };
    this.winlinks.push(link);
    this.sort();
    this.current ??= link;
    return link;
  }

  /** Takes a window out; the last current one, else the previous, else the next becomes current. */
  unlink(link: Winlink): void {
    const at = this.winlinks.indexOf(link);
    if (at < 0) return;
    this.winlinks.splice(at, 1);
    for (const session of this.#group.sessions) session.#leave(link, at);
  }

  #leave(link: Winlink, at: number): void {
    this.last = this.last.filter((other) => other !== link);
    if (this.current === link) {
      const successor = this.last[0] ?? this.winlinks[at - 1] ?? this.winlinks[at];
      if (successor) {
        this.last = this.last.filter((other) => other !== successor);
        this.current = successor;
        clearAlerts(successor);
      }
    }
  }

  /** Makes a window the current one; false when it was already, or has left: a program may end as soon as it begins. */
  select(link: Winlink): boolean {
    if (link === this.current || !this.winlinks.includes(link)) return false;
    this.last = [this.current, ...this.last.filter((other) => other !== this.current && other !== link)];
    this.current = link;
    clearAlerts(link);
    return true;
  }

  sort(): void {
    this.winlinks.sort((a, b) => a.index - b.index);
  }
}

export function clearAlerts(link: Winlink): void {
  link.bell = false;
  link.activity = false;
  link.silence = false;
}
