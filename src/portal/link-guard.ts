import { existsSync } from 'node:fs';
import { latin1Of, textOfLatin1 } from '../base/byte-text.ts';
import { ZmxError } from '../protocol/errors.ts';
import { isCreating } from './fuse/callers.ts';
import type { LinkRules } from './fuse/handler.ts';
import { mayLeadOut, type OutsideLink, outsideLink } from './outside-links.ts';
import { isWithin, PortalPaths, realPath, type ShownPlace } from './portal-paths.ts';
import type { BytePath } from './remote-files.ts';

/** How many links that are met later are told by name: a tree of installed packages may be full of them. */
const TOLD = 20;

export interface LinkGuardOptions {
  /** What both sides have. */
  readonly shown: readonly ShownPlace[];
  /** Folders that the agent itself writes to, or that make up the portal: what holds one stays as it is. */
  readonly needed: readonly string[];
  /** Makes what is at a path of this machine read-only in the portal. */
  readonly protect: (path: BytePath) => Promise<void>;
  /** Takes a line for the user. */
  readonly tell: (line: string) => void;
}

/**
 * Links that lead out of the project lead into this machine's files, which nobody means to
 * change who thinks that all is on the host: so that is read-only in the portal. Whatever made
 * the link and whenever, the kernel has to ask at each use where it leads before anything can be
 * done through it; it is told once what is there is protected. What is not there cannot be
 * protected: there, whoever is about to make it is refused.
 */
export class LinkGuard {
  readonly #options: LinkGuardOptions;
  readonly #paths: PortalPaths;
  readonly #needed: readonly BytePath[];
  readonly #protected = new Map<BytePath, Promise<void>>();
  readonly #told = new Set<string>();

  constructor(options: LinkGuardOptions) {
    this.#options = options;
    this.#paths = new PortalPaths(options.shown);
    this.#needed = options.needed.flatMap((folder) => [folder, realPath(folder)]).map(latin1Of);
  }

  /** Links of which the user has been told. */
  told(links: readonly OutsideLink[]): void {
    for (const { path } of links) this.#told.add(path);
  }

  /** For a folder that is shown at `root`. */
  rules(root: string): LinkRules {
    const at = latin1Of(root);
    return {
      mayLeadOut,
      beforeRead: async (path, target, caller) => {
        if (!mayLeadOut(path, target)) return;
        const link = await outsideLink(this.#paths, at, path, target);
        if (link) await this.#guard(link, caller);
      },
    };
  }

  async #guard(link: OutsideLink, caller: number): Promise<void> {
    const { protect } = this.#options;
    const { target } = link;
    if (link.canBeMade) {
      this.#tell(link, 'where nothing is, and nothing is made through it');
      if (await isCreating(caller)) throw new ZmxError('EROFS', 'the link leads out of the project');
      return;
    }
    if (this.#needsProtection(target)) {
      const done = protect(target);
      this.#protected.set(target, done);
      done.catch(() => this.#protected.delete(target));
    }
    await Promise.all([...this.#protected].filter(([at]) => isWithin(target, at)).map(([, done]) => done));
    this.#tell(link, this.#isProtected(target) ? 'read-only' : 'and not protected');
  }

  #needsProtection(target: BytePath): boolean {
    if (isWithin(target, '/proc') || this.#needed.some((folder) => isWithin(folder, target))) return false;
    return !this.#isProtected(target) && existsSync(Buffer.from(target, 'latin1'));
  }

  #isProtected(target: BytePath): boolean {
    for (const at of this.#protected.keys()) if (isWithin(target, at)) return true;
    return false;
  }

  #tell({ path, target }: OutsideLink, state: string): void {
    if (this.#told.has(path)) return;
    this.#told.add(path);
    if (this.#told.size > TOLD) return;
    this.#options.tell(
      `${path} -> ${textOfLatin1(target)}: leads out of the project, so to this machine's files for programs that run here, ${state}; --also FOLDER shows the host's`,
    );
  }
}
