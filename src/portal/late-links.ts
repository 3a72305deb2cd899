import { constants } from 'node:fs';
import type { Disposable } from '../base/disposable.ts';
import { type OutsideLink, outsideLink } from './outside-links.ts';
import type { BytePath, RemoteFiles } from './remote-files.ts';

/** Links that wait to be looked at; beyond it, as when packages are installed, they are passed over. */
const MAX_WAITING = 200;

/**
 * Looks at symlinks that appear while the portal runs, and tells of those that lead out
 * of the project. Unlike those that were there at the start, what they lead to is not
 * made read-only: it may be a folder that the agent itself works in.
 */
export class LateLinks implements Disposable {
  readonly #files: RemoteFiles;
  readonly #outside: (path: BytePath, target: BytePath) => OutsideLink | undefined;
  readonly #tell: (link: OutsideLink) => void;
  readonly #waiting = new Set<BytePath>();
  readonly #told = new Set<BytePath>();
  readonly #listening: Disposable;
  #looking = false;

  constructor(
    files: RemoteFiles,
    root: string,
    isShared: (path: string) => boolean,
    tell: (link: OutsideLink) => void,
  ) {
    this.#files = files;
    this.#outside = (path, target) => outsideLink(root, path, target, isShared);
    this.#tell = tell;
    this.#listening = files.invalidated.on(({ paths }) => {
      for (const { path, attributes } of paths) {
        if (!attributes || (attributes.mode & constants.S_IFMT) !== constants.S_IFLNK) continue;
        if (this.#waiting.size < MAX_WAITING && !this.#told.has(path)) this.#waiting.add(path);
      }
      if (!this.#looking) void this.#look();
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#waiting.clear();
  }

  /** One after another: nobody waits for it. */
  async #look(): Promise<void> {
    this.#looking = true;
    for (const path of this.#waiting) {
      this.#waiting.delete(path);
      try {
        const link = this.#outside(path, (await this.#files.readlink(path)).value);
        if (!link) continue;
        this.#told.add(path);
        this.#tell(link);
      } catch {
        // it has gone, or the portal ends
      }
    }
    this.#looking = false;
  }
}
