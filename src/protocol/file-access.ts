import type { FileAttributes } from './file-types.ts';

/** Bits of access(2)'s mode. */
export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

/** Whose rights count: effective user and all groups of the process that touches the files. */
export interface Credentials {
  readonly uid: number;
  readonly gids: readonly number[];
}

/**
 * What owner and mode let somebody do, as path_resolution(7) has it: bits of access(2)'s mode. Both
 * ends compute it, so that only what differs from it (access control lists, a file system
 * with rules of its own) has to be told.
 */
export function accessByMode(
  { uid, gids }: Credentials,
  file: Pick<FileAttributes, 'mode' | 'uid' | 'gid'>,
): number {
  const { mode } = file;
  // Nobody, root neither, executes a file without any x.
  if (uid === 0) return (mode & 0o170000) === 0o100000 && (mode & 0o111) === 0 ? R_OK | W_OK : 7;
  if (uid === file.uid) return (mode >> 6) & 7;
  return gids.includes(file.gid) ? (mode >> 3) & 7 : mode & 7;
}
