import { ZmxError } from '../../protocol/errors.ts';
import { accessByMode, R_OK, W_OK, X_OK } from '../../protocol/file-access.ts';
import type { FileAttributes, RemoteFiles } from '../remote-files.ts';

export { R_OK, W_OK, X_OK };

const S_ISVTX = 0o1000;

/**
 * Whether the remote will let us: what it has told of the file, else what owner and mode say.
 * It spares a round trip and lets a refusal show at open and not at close. Unknown
 * identity: everything is tried.
 */
export function mayAccess(identity: RemoteFiles['identity'], file: FileAttributes, wanted: number): boolean {
  if (wanted & W_OK && file.sealed) return false;
  const allowed = file.access ?? (identity ? accessByMode(identity, file) : 7);
  return (allowed & wanted) === wanted;
}

/** Whether a name may be taken out of a folder, see the sticky bit in inode(7). False may also mean: it has to be tried. */
export function mayRemove(
  identity: RemoteFiles['identity'],
  folder: FileAttributes,
  file: FileAttributes,
): boolean {
  if (file.sealed || !mayAccess(identity, folder, W_OK | X_OK)) return false;
  if ((folder.mode & S_ISVTX) === 0 || !identity || identity.uid === 0) return true;
  return identity.uid === folder.uid || identity.uid === file.uid;
}

/** The same for a call that fails where it may not. @throws EACCES, EROFS, EPERM */
export function requireAccess(identity: RemoteFiles['identity'], file: FileAttributes, wanted: number): void {
  if (mayAccess(identity, file, wanted)) return;
  const code = (wanted & W_OK && file.sealed) || 'EACCES';
  throw new ZmxError(code, code === 'EROFS' ? "the host's file system is read-only" : 'permission denied');
}

/** All that may be done with a file, as bits of access(2)'s mode. */
export function accessBits(identity: RemoteFiles['identity'], file: FileAttributes): number {
  let bits = 0;
  for (const bit of [R_OK, W_OK, X_OK]) if (mayAccess(identity, file, bit)) bits |= bit;
  return bits;
}
