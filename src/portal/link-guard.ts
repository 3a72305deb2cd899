import { existsSync } from 'node:fs';
import type { LinkRules } from './fuse/handler.ts';
import { type OutsideLink, outsideLink } from './outside-links.ts';
import type { BytePath } from './remote-files.ts';

/** How many links that are met later are told by name: a tree of installed packages may be full of them. */
const TOLD = 20;

export interface LinkGuardOptions {
  /** Whether both sides have the same at this path. */
  readonly isShared: (path: string) => boolean;
  /** Folders that the agent itself writes to, or that make up the portal: what holds one stays as it is. */
  readonly needed: readonly string[];
  /** Makes what is at a path of this machine read-only in the portal. */
  readonly protect: (path: string) => Promise<void>;
  /** Takes a line for the user. */
  readonly tell: (line: string) => void;
}

/**
 * Links that lead out of the project lead into this machine's files, which nobody means to
 * change who thinks that all is on the host: so that is read-only in the portal. Whatever made
 * the link and whenever, the kernel has to ask where it leads before anything can be
 * done through it; it is told once what is there is protected.
 */
export class LinkGuard {
  readonly #options: LinkGuardOptions;
  readonly #protected = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();

  constructor(options: LinkGuardOptions) {
    this.#options = options;
  }

  /** What to protect when the portal begins, for links that are known and told by then. */
  first(links: readonly OutsideLink[]): string[] {
    for (const { path } of links) this.#told.add(path);
    const targets = links.map(({ target }) => target).filter((target) => this.#needsProtection(target));
    for (const target of targets) this.#protected.set(target, Promise.resolve());
    return [...this.#protected.keys()];
  }

  /** For a folder that is shown at `root`. */
  rules(root: string): LinkRules {
    const leadingOut = (path: BytePath, target: BytePath) =>
      /^\/|(^|\/)\.\.(\/|$)/.test(target)
        ? outsideLink(root, path, target, this.#options.isShared)
        : undefined;
    return {
      leadsOut: (path, target) => leadingOut(path, target) !== undefined,
      beforeRead: async (path, target) => {
        const link = leadingOut(path, target);
        if (link) await this.#guard(link);
      },
    };
  }

  async #guard(link: OutsideLink): Promise<void> {
    const { protect } = this.#options;
    const { target } = link;
    if (this.#needsProtection(target)) {
      const done = protect(target);
      this.#protected.set(target, done);
      done.catch(() => this.#protected.delete(target));
    }
    await Promise.all([...this.#protected].filter(([at]) => isWithin(target, at)).map(([, done]) => done));
    this.#tell(link);
  }

  #needsProtection(target: string): boolean {
    if (this.#options.needed.some((folder) => isWithin(folder, target))) return false;
    return !this.#isProtected(target) && existsSync(target);
  }

  #isProtected(target: string): boolean {
    for (const at of this.#protected.keys()) if (isWithin(target, at)) return true;
    return false;
  }

  #tell({ path, target }: OutsideLink): void {
    if (this.#told.has(path)) return;
    this.#told.add(path);
    if (this.#told.size > TOLD) return;
    const state = this.#isProtected(target) ? 'read-only' : 'and not protected';
    this.#options.tell(
      `${path} -> ${target}: leads out of the project, so to this machine's files for programs that run here, ${state}; --also FOLDER shows the host's`,
    );
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
