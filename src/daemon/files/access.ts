import { constants } from 'node:os';
import { accessByMode, type Credentials, R_OK, W_OK, X_OK } from '../../protocol/file-access.ts';
import type { FileAttributes } from '../../protocol/file-types.ts';
import { isFolder, isRegular } from './file-tree.ts';

const { EPERM, EROFS } = constants.errno;

/** Who touches the files. */
export const ourselves: Credentials = {
  uid: process.geteuid?.() ?? 0,
  gids: process.getgroups?.() ?? [],
};

/**
 * Completes attributes by what access(2) knows and no mode says: access control lists, read-only
 * file systems, files that nobody may change, the rights of a network's server. One call for
 * a file of ours that is as its mode says.
 * @param ask what access(2) says to these bits: 0 or an errno
 */
export function withAccess(attributes: FileAttributes, ask: (bits: number) => number): FileAttributes {
  if (!(isRegular(attributes) || isFolder(attributes))) return attributes;
  const byMode = accessByMode(ourselves, attributes);
  const { uid } = ourselves;
  if (byMode !== 0 && ask(byMode) === 0 && (uid === 0 || uid === attributes.uid)) return attributes;
  let access = 0;
  let sealed: FileAttributes['sealed'];
  for (const bit of [R_OK, W_OK, X_OK]) {
    // To the owner no list gives more than the mode does.
    if ((byMode & bit) === 0 && uid === attributes.uid) continue;
    const refused = ask(bit);
    const seal = refused === EROFS ? 'EROFS' : refused === EPERM ? 'EPERM' : undefined;
    sealed ??= seal;
    if (refused === 0 || seal) access |= bit;
  }
  return { ...attributes, ...(sealed && { sealed }), ...(access !== byMode && { access }) };
}
