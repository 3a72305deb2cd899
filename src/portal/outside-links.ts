import { constants } from 'node:fs';
import { posix } from 'node:path';
import type { BytePath, RemoteFiles } from './remote-files.ts';
import type { ShownFolder } from './shown-folder.ts';

/** A portal's start does not wait longer for the survey of a huge project, ms: what is found by then is told. */
const SURVEY_MS = 1000;
/** How many are told by name. */
const TOLD = 5;

/** A symlink of the project, or a worktree's .git file, that leads to a path outside of what both sides share. */
export interface OutsideLink {
  readonly path: string;
  readonly target: string;
}

/** Finds what leads out of the project, in the listings that are being read ahead. */
export async function findOutsideLinks(
  { files, early, at: root }: Pick<ShownFolder, 'files' | 'early' | 'at'>,
  isShared: (path: string) => boolean,
): Promise<OutsideLink[]> {
  const found: OutsideLink[] = [];
  const take = (path: BytePath, target: BytePath) => {
    const link = outsideLink(root, path, target, isShared);
    if (link) found.push(link);
  };
  const surveying = early.follow(({ folders }) => {
    for (const { path, entries } of folders)
      for (const { name, target } of entries) if (target !== undefined) take(posix.join(path, name), target);
  });
  const repository = worktreeOf(files).then((target) => target && take('.git', target));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SURVEY_MS);
  });
  // What the survey fails for, the first use of the files tells.
  await Promise.race([Promise.allSettled([early.listed(), repository]), late]);
  clearTimeout(timer);
  surveying.dispose();
  return found;
}

/** The link, if it leads out of the project that is shown at `root`. */
export function outsideLink(
  root: string,
  path: BytePath,
  target: BytePath,
  isShared: (path: string) => boolean,
): OutsideLink | undefined {
  const shown = posix.join(root, text(path));
  const absolute = posix.resolve(posix.dirname(shown), text(target));
  return isShared(absolute) ? undefined : { path: text(path), target: absolute };
}

/** A line for the user. */
export function describeLinks(links: readonly OutsideLink[]): string {
  const told = links.slice(0, TOLD).map(({ path, target }) => `${path} -> ${target}`);
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

function text(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString();
}
