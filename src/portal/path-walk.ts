import type { BytePath } from './remote-files.ts';

/** As many as the kernel follows on one path; see path_resolution(7). */
const MAX_LINKS = 40;

/** What a name is, unfollowed; undefined: there is no such name. */
export type PathEntry =
  | { readonly kind: 'link'; readonly target: BytePath }
  | { readonly kind: 'folder' | 'other' };

/** Where a path leads. */
export interface PathEnd {
  /** Absolute, without links, `.` and `..` as far as it exists; what is missing of it stands behind as it was named. */
  readonly path: BytePath;
  /** Why there is nothing there. */
  readonly error?: 'ENOENT' | 'ENOTDIR' | 'ELOOP';
  /** Only its last name is missing, so that open(2) with O_CREAT would make it. */
  readonly canBeMade?: boolean;
}

/**
 * Resolves a path name by name as the kernel does, which the text alone does not tell: in `a/../b`
 * the `..` is that of what `a` leads to.
 * @param folder absolute, without links: what `named` is relative to.
 * @param look is asked for absolute paths whose folders are no links.
 */
export async function walkPath(
  folder: BytePath,
  named: BytePath,
  look: (path: BytePath) => Promise<PathEntry | undefined>,
): Promise<PathEnd> {
  let names = folder.split('/').filter(isName);
  let links = 0;
  const pending = steps(named);
  if (named.startsWith('/')) names = [];
  const pathOf = (more: readonly string[] = []) => `/${[...names, ...more].join('/')}`;
  while (pending.length > 0) {
    const name = pending.pop()!;
    if (name === '..') names.pop();
    if (!isName(name)) continue;
    const entry = await look(pathOf([name]));
    if (entry?.kind === 'link') {
      if (++links > MAX_LINKS) return { path: pathOf([name]), error: 'ELOOP' };
      if (entry.target.startsWith('/')) names = [];
      pending.push(...steps(entry.target));
      continue;
    }
    const rest = pending.toReversed().filter((step) => step !== '' && step !== '.');
    if (!entry) return { path: pathOf([name, ...rest]), error: 'ENOENT', canBeMade: pending.length === 0 };
    if (entry.kind === 'other' && pending.length > 0)
      return { path: pathOf([name, ...rest]), error: 'ENOTDIR' };
    names.push(name);
  }
  return { path: pathOf() };
}

/** The parts of a path, the first at the end of the list. One that is empty behind a name demands a folder. */
function steps(path: BytePath): string[] {
  return path.replace(/\/+/g, '/').split('/').reverse();
}

function isName(step: string): boolean {
  return step !== '' && step !== '.' && step !== '..';
}
