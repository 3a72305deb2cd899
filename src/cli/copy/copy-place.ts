import { constants } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { latin1Of, textOfLatin1 } from '../../base/byte-text.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { BytePath } from '../../protocol/file-types.ts';
import type { CopySide } from './copy-side.ts';

/** Links that are followed one after another; as many as the kernel follows. */
const MAX_LINKS = 40;

/** Something on a side. */
export interface Located {
  readonly side: CopySide;
  readonly path: BytePath;
}

/** Opens a folder by its absolute path. */
export type OpenFolder = (folder: string) => Promise<CopySide>;

/** What is to be copied; a link that the user names is followed, as by scp(1). @throws ZmxError */
export async function locateSource(open: OpenFolder, named: string): Promise<Located> {
  if (named === '/') throw new ZmxError('EINVAL', 'name a file or folder below /');
  let path = named;
  for (let count = 0; count < MAX_LINKS; count++) {
    const side = await open(dirname(path));
    const name = latin1Of(basename(path));
    const { value } = await side.stat(name);
    if ((value.mode & constants.S_IFMT) !== constants.S_IFLNK) return { side, path: name };
    const link = textOfLatin1((await side.readlink(name)).value);
    path = resolve(side.root, link);
    if (path === '/') return { side: await open('/'), path: '' };
  }
  throw new ZmxError('ELOOP', 'too many symbolic links');
}

export interface Destination {
  readonly side: CopySide;
  /** The name that the one source gets; undefined: it is a folder, and each source keeps its own. */
  readonly name: BytePath | undefined;
}

/** Where the copies go: into a folder that exists, or under a new name. @throws ZmxError */
export async function locateDestination(
  open: OpenFolder,
  path: string,
  mustBeFolder: boolean,
): Promise<Destination> {
  try {
    return { side: await open(path), name: undefined };
  } catch (error) {
    const { code } = error as ZmxError;
    if (mustBeFolder || (code !== 'ENOENT' && code !== 'ENOTDIR')) throw error;
  }
  return { side: await open(dirname(path)), name: latin1Of(basename(path)) };
}
