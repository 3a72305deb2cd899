import * as fs from 'node:fs';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { BytePath, FileAttributes } from '../../protocol/file-types.ts';
import { parentOf } from './byte-path.ts';
import {
  type FileIdentity,
  type FileTree,
  identityOf,
  isFolder,
  isRegular,
  toAttributes,
} from './file-tree.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDWR, O_WRONLY } = fs.constants;
/** O_TMPFILE of open(2), which node has no name for. */
const O_TMPFILE = 0o20000000 | O_DIRECTORY;
export const PERMISSION_BITS = 0o7777;

/** Said before a file is made whose identity is known only afterwards. */
export const UNTOLD: FileIdentity = '';

export type CreationPoint = 'making' | 'made';

export interface CreationHooks {
  /** The file that is about to get its name: decides after a crash whose file that is. UNTOLD where it cannot be told before. */
  making?(identity: FileIdentity): void;
  /** Set at a repeat after a crash: this file, if it has the name, is ours. */
  readonly made?: FileIdentity | undefined;
  at?: ((point: CreationPoint) => void) | undefined;
}

/**
 * Opens `path` for writing, and makes it if it is not there. A new file is made without a
 * name first (O_TMPFILE) and its inode told to `making`, so that a crash cannot leave
 * it open who made the file that has the name: O_EXCL is what lock files rely on. `check`
 * sees a file that was there, and may refuse it by throwing.
 */
export function openOrCreate(
  tree: FileTree,
  path: BytePath,
  { mode, exclusive }: { readonly mode: number; readonly exclusive: boolean },
  hooks: CreationHooks,
  check?: (found: FileAttributes) => void,
): number {
  if (tree.find(path)) {
    const ours = hooks.made !== undefined && tree.identify(path) === hooks.made;
    if (exclusive && !ours) throw new ZmxError('EEXIST', `${path} exists already`, { call: 'open', path });
    return ours ? openMade(tree, path, mode) : openForWriting(tree, path, O_WRONLY, check);
  }
  const fd = openNameless(tree, path, mode) ?? openNew(tree, path, mode, hooks);
  try {
    const info = fs.fstatSync(fd, { bigint: true });
    hooks.making?.(identityOf(info));
    hooks.at?.('making');
    if (info.nlink === 0n) tree.at(path, (at) => native().linkFd(fd, at));
    hooks.at?.('made');
  } catch (error) {
    // somebody was faster: theirs will do unless it must be ours
    if (exclusive || (error as ZmxError).code !== 'EEXIST') throw error;
    return openForWriting(tree, path, O_WRONLY, check);
  } finally {
    fs.closeSync(fd);
  }
  return openMade(tree, path, mode);
}

/** Whether open(2) with O_CREAT would find a file, whose content it then leaves as it is. */
export function isPresent(tree: FileTree, path: BytePath): boolean {
  const found = tree.find(path);
  if (found && isFolder(found)) throw new ZmxError('EISDIR', `${path} is a folder`, { call: 'open', path });
  return found !== null;
}

/** A new file by its name, so that others who watch the folder see it written. It was writable for us until now. */
function openMade(tree: FileTree, path: BytePath, mode: number): number {
  const fd = openForWriting(tree, path, O_WRONLY);
  try {
    const wanted = mode & PERMISSION_BITS;
    if ((fs.fstatSync(fd).mode & PERMISSION_BITS) !== wanted) fs.fchmodSync(fd, wanted);
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** undefined where the file system has no O_TMPFILE (NFS, some FUSE). */
function openNameless(tree: FileTree, path: BytePath, mode: number): number | undefined {
  try {
    return tree.open(parentOf(path), O_TMPFILE | O_RDWR, newFileMode(mode));
  } catch (error) {
    if (['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL'].includes((error as ZmxError).code)) return undefined;
    throw error;
  }
}

/** The second best: between the making and `making` it is open whose file it is. */
function openNew(tree: FileTree, path: BytePath, mode: number, hooks: CreationHooks): number {
  hooks.making?.(UNTOLD);
  return tree.open(path, O_RDWR | O_CREAT | O_EXCL, newFileMode(mode));
}

function newFileMode(mode: number): number {
  return (mode & PERMISSION_BITS) | fs.constants.S_IWUSR;
}

/**
 * A program may write through a descriptor after it took the write permission away
 * (git makes its objects 0444): the owner's descriptor is got back as the owner may. `check` sees
 * the file as it was before that, which changes its ctime, and may refuse it by throwing.
 */
export function openForWriting(
  tree: FileTree,
  path: BytePath,
  flags: number,
  check: (found: FileAttributes) => void = () => {},
): number {
  let fd: number;
  try {
    fd = tree.open(path, flags);
  } catch (error) {
    const { mode, uid } = tree.stat(path);
    if ((error as ZmxError).code !== 'EACCES' || uid !== process.geteuid?.() || !isRegular({ mode }))
      throw error;
    return tree.inode(path, (at) => {
      check(toAttributes(fs.statSync(at, { bigint: true })));
      fs.chmodSync(at, (mode & PERMISSION_BITS) | fs.constants.S_IWUSR);
      try {
        return fs.openSync(at, flags);
      } finally {
        fs.chmodSync(at, mode & PERMISSION_BITS);
      }
    });
  }
  try {
    check(toAttributes(fs.fstatSync(fd, { bigint: true })));
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}
