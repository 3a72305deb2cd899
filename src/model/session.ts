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

export class Session {
  readonly id: number;
  name: string;
  /** Folder of new windows. */
  cwd: string;
  readonly options: Options;
  readonly environment: Environment;
  /** Sorted by index. */
  winlinks: Winlink[] = [];
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
    this.last = this.last.filter((other) => other !== link);
    if (this.current === link) {
      const successor = this.last[0] ?? this.winlinks[at - 1] ?? this.winlinks[at + 1];
      if (successor) {
        this.last = this.last.filter((other) => other !== successor);
        this.current = successor;
        clearAlerts(successor);
      }
    }
    this.winlinks.splice(at, 1);
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
