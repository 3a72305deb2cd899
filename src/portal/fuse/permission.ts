import { ZmxError } from '../../protocol/errors.ts';
import type { FileAttributes, RemoteFiles } from '../remote-files.ts';

/** Bits of access(2)'s mode. */
export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

/**
 * Whether the remote will let us, as far as owner, mode and seal say. A guess that spares
 * a round trip and lets a refusal show at open and not at close; access control lists
 * show at the call itself. Unknown identity: everything is tried.
 */
export function mayAccess(identity: RemoteFiles['identity'], file: FileAttributes, wanted: number): boolean {
  const { mode } = file;
  if (wanted & W_OK && file.sealed) return false;
  // Nobody, root neither, executes a file without any x.
  if (wanted & X_OK && (mode & 0o170000) === 0o100000 && (mode & 0o111) === 0) return false;
  if (!identity || identity.uid === 0) return true;
  let bits = mode & 7;
  if (identity.uid === file.uid) bits = (mode >> 6) & 7;
  else if (identity.gids.includes(file.gid)) bits = (mode >> 3) & 7;
  return (bits & wanted) === wanted;
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
