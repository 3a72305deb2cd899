import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathOf, textOf } from '../base/byte-text.ts';
import { type PathEnd, type PathEntry, walkPath } from './path-walk.ts';
import type { BytePath } from './remote-files.ts';

/** A folder that the portal shows. */
export interface ShownPlace {
  readonly at: BytePath;
  /** What is at a path in it, none of whose folders is a link. */
  look(path: BytePath): Promise<PathEntry | undefined>;
}

/** Paths as the portal's programs see them: some folders are the host's, all else is this machine's. */
export class PortalPaths {
  readonly #places: readonly ShownPlace[];

  constructor(places: readonly ShownPlace[]) {
    this.#places = places;
  }

  /** Whether both sides have the same at this path, which has no links in it. */
  isShared(path: BytePath): boolean {
    return this.#places.some(({ at }) => isWithin(path, at));
  }

  /** Where a link in this folder leads, by as many other links as it takes. */
  follow(folder: BytePath, target: BytePath): Promise<PathEnd> {
    return walkPath(folder, target, (path) => this.#look(path));
  }

  async #look(path: BytePath): Promise<PathEntry | undefined> {
    // Mount points and what is above them need not exist outside of the portal.
    if (this.#places.some(({ at }) => isWithin(at, path))) return { kind: 'folder' };
    const holding = this.#places.filter(({ at }) => isWithin(path, at));
    const [place] = holding.sort((one, other) => other.at.length - one.at.length);
    // What the host does not let us see leads nowhere.
    if (place) return place.look(path.slice(place.at.length + 1)).catch(() => undefined);
    return lookHere(path);
  }
}

/** /proc is not followed: each program has its own there. */
function lookHere(path: BytePath): PathEntry | undefined {
  const at = Buffer.from(path, 'latin1');
  try {
    const found = lstatSync(at);
    if (!found.isSymbolicLink() || isWithin(path, '/proc'))
      return { kind: found.isFile() ? 'other' : 'folder' };
    return { kind: 'link', target: readlinkSync(at, 'buffer').toString('latin1') };
  } catch {
    return undefined;
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** An absolute path without links, as far as it is there. */
export function realPath(path: string): string {
  try {
    return textOf(realpathSync(pathOf(path), 'buffer'));
  } catch {
    return path === '/' ? path : join(realPath(dirname(path)), basename(path));
  }
}
