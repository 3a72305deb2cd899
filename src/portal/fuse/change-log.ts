import type { BytePath } from '../remote-files.ts';

/**
 * Which replies are out of date: replies and invalidations travel on different
 * lanes, so that a reply may tell of a state before an invalidation that has
 * overtaken it. Each carries the root's change clock; a reply older than the
 * last change of its path must not be cached. Changes are remembered only while
 * a request is under way.
 */
export class ChangeLog {
  readonly #changed = new Map<BytePath, number>();
  readonly #listed = new Map<BytePath, number>();
  readonly #trees = new Map<BytePath, number>();
  #underWay = 0;
  #generation = 0;

  /** Runs a request; what changes meanwhile is remembered until none is under way. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await request();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#clear();
    }
  }

  #clear(): void {
    this.#changed.clear();
    this.#listed.clear();
    this.#trees.clear();
  }

  /** Counts the times that everything came into doubt. */
  get generation(): number {
    return this.#generation;
  }

  /** Everything came into doubt, and clocks may begin anew: replies to what was asked before are out of date. */
  restart(): void {
    this.#generation++;
    this.#clear();
  }

  record(path: BytePath, tree: boolean, clock: number): void {
    if (this.#underWay === 0) return;
    this.#changed.set(path, clock);
    if (path !== '') this.#listed.set(parentOf(path), clock);
    if (tree) this.#trees.set(path, clock);
  }

  /** Whether attributes or content of `path`, as of `clock`, are out of date. */
  outdated(path: BytePath, clock: number): boolean {
    if ((this.#changed.get(path) ?? 0) > clock) return true;
    for (const [tree, at] of this.#trees)
      if (at > clock && (tree === '' || path === tree || path.startsWith(`${tree}/`))) return true;
    return false;
  }

  /** The same for a folder's listing, which holds the attributes of what is in it. */
  listingOutdated(path: BytePath, clock: number): boolean {
    return (this.#listed.get(path) ?? 0) > clock || this.outdated(path, clock);
  }
}

export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export const nameOf = (path: BytePath): string => path.slice(path.lastIndexOf('/') + 1);

export const joinPath = (folder: BytePath, name: string): BytePath =>
  folder === '' ? name : `${folder}/${name}`;
