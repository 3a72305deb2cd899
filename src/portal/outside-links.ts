import { constants } from 'node:fs';
import { posix } from 'node:path';
import { latin1Of, textOfLatin1 } from '../base/byte-text.ts';
import { PortalPaths } from './portal-paths.ts';
import type { BytePath, RemoteFiles } from './remote-files.ts';
import type { ShownFolder } from './shown-folder.ts';

/** A portal's start does not wait longer for the survey of a huge project, ms: what is found by then is told. */
const SURVEY_MS = 1000;
/** How many are told by name. */
const TOLD = 5;

/** A symlink of the project, or a worktree's .git file, that leads to a path outside of what both sides share. */
export interface OutsideLink {
  /** In its folder, for people. */
  readonly path: string;
  /** Absolute, without links as far as it exists. */
  readonly target: BytePath;
  /** Nothing is there, in a folder that is. */
  readonly canBeMade: boolean;
}

/**
 * Finds what leads out of the project, in the listings that are being read ahead. Of what they do not
 * tell, it is taken for a folder: each link is judged again when it is used.
 * @param shared where the other folders are that both sides share.
 */
export async function findOutsideLinks(
  { files, early, at }: Pick<ShownFolder, 'files' | 'early' | 'at'>,
  shared: readonly string[],
): Promise<OutsideLink[]> {
  const links = new Map<BytePath, BytePath>();
  const surveying = early.follow(({ folders }) => {
    for (const { path, entries } of folders)
      for (const { name, target } of entries)
        if (target !== undefined) links.set(posix.join(path, name), target);
  });
  const repository = worktreeOf(files);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SURVEY_MS);
  });
  // What the survey fails for, the first use of the files tells.
  await Promise.race([Promise.allSettled([early.listed(), repository]), late]);
  clearTimeout(timer);
  surveying.dispose();
  const root = latin1Of(at);
  const paths = new PortalPaths([
    {
      at: root,
      look: async (path) => {
        const target = links.get(path);
        return target === undefined ? { kind: 'folder' } : { kind: 'link', target };
      },
    },
    ...shared.map((folder) => ({ at: latin1Of(folder), look: async () => ({ kind: 'folder' }) as const })),
  ]);
  const suspects = [...links].filter(([path, target]) => mayLeadOut(path, target));
  const worktree = await Promise.race([repository, undefined]);
  if (worktree !== undefined) suspects.push(['.git', worktree]);
  const found = await Promise.all(suspects.map(([path, target]) => outsideLink(paths, root, path, target)));
  return found.filter((link) => link !== undefined);
}

/**
 * Whether a link may lead out of its tree, by its text alone. Those that cannot are nearly all: where their text
 * meets another link, that one is judged by itself.
 */
export function mayLeadOut(path: BytePath, target: BytePath): boolean {
  if (target.startsWith('/')) return true;
  const names = target.split('/').filter((name) => name !== '' && name !== '.');
  const up = names.findIndex((name) => name !== '..');
  const climbs = up < 0 ? names.length : up;
  const depth = path.split('/').length - 1;
  // Its own folder is no link, and nor are those above it: so far the text tells.
  return climbs > depth || names.includes('..', climbs);
}

/** The link, if it leads out of what the portal shows; it stands at `path` in the folder that is shown at `root`. */
export async function outsideLink(
  paths: PortalPaths,
  root: BytePath,
  path: BytePath,
  target: BytePath,
): Promise<OutsideLink | undefined> {
  const end = await paths.follow(posix.dirname(posix.join(root, path)), target);
  if (paths.isShared(end.path)) return undefined;
  return { path: textOfLatin1(path), target: end.path, canBeMade: end.canBeMade ?? false };
}

/** A line for the user. */
export function describeLinks(links: readonly OutsideLink[]): string {
  const told = links.slice(0, TOLD).map(({ path, target }) => `${path} -> ${textOfLatin1(target)}`);
  const more = links.length > TOLD ? ` and ${links.length - TOLD} more` : '';
  return `${told.join(', ')}${more}: outside of the project, so this machine's files for programs that run here, read-only; --also FOLDER shows the host's`;
}

/** Where the .git file of a worktree or submodule points; undefined: the repository is in the project. */
async function worktreeOf(files: RemoteFiles): Promise<BytePath | undefined> {
  try {
    const { value } = await files.stat('.git');
    if ((value.mode & constants.S_IFMT) !== constants.S_IFREG) return undefined;
    const content = await files.read('.git', 0, 4096);
    return /^gitdir: (.*)/.exec(Buffer.from(content.value.data).toString('latin1'))?.[1];
  } catch {
    return undefined; // no repository
  }
}
