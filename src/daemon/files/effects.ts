import * as fs from 'node:fs';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Intent } from '../../protocol/file-mutation.ts';
import type { BytePath, FileVersion } from '../../protocol/file-types.ts';
import { join, parentOf } from './byte-path.ts';
import {
  type FileIdentity,
  type FileTree,
  identityOf,
  isFolder,
  isRegular,
  sameVersion,
  toAttributes,
  versionOf,
} from './file-tree.ts';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
/** O_TMPFILE of open(2), which node has no name for. */
const O_TMPFILE = 0o20000000 | O_DIRECTORY;
const PERMISSION_BITS = 0o7777;
const SET_GROUP_ID = 0o2000;
/** Written at a time; bounds the memory that a large staged file takes. */
const CHUNK_BYTES = 1024 * 1024;

/** Bytes of a write or append: all ranges one after another, in memory or staged in a file. */
export interface Content {
  readonly size: number;
  read(at: number, length: number): Uint8Array;
}

export function memoryContent(parts: readonly Uint8Array[]): Content {
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { size: whole.length, read: (at, length) => whole.subarray(at, at + length) };
}

/** Said before a file is made whose identity is known only afterwards. */
export const UNTOLD: FileIdentity = '';

export interface EffectHooks {
  /** Whether a file that is now `current` may be written by somebody who knew it as `base`. */
  accepts?(base: FileVersion, current: FileVersion): boolean;
  /** The file that is about to get its name: decides after a crash whose file that is. UNTOLD where it cannot be told before. */
  making?(identity: FileIdentity): void;
  /** Set at a repeat after a crash: this file, if it has the name, is ours. */
  readonly made?: FileIdentity | undefined;
  /** Set at a repeat: so many bytes of an append are there already. */
  readonly appended?: number | undefined;
  /** Named points between the steps, for tests that end the process there. */
  at?: ((point: EffectPoint) => void) | undefined;
}

export type EffectPoint = 'making' | 'made' | 'truncated' | 'chunk' | 'applied';

export interface Effect {
  /** Paths whose attributes changed by it. */
  readonly touched: readonly BytePath[];
  /** The file right after its last byte was written; another version later is somebody else's. */
  readonly written?: FileVersion;
  /** Under this name the kernel's events speak of a file that has none yet. */
  readonly aside?: BytePath | undefined;
}

/**
 * Carries out one mutation. A write is in
 * place, on the same inode: hard links and `tail -f` stay intact, and repeating
 * it after a crash gives the same file.
 */
export function applyEffect(
  tree: FileTree,
  intent: Intent,
  content: Content,
  hooks: EffectHooks = {},
): Effect {
  const { path } = intent;
  const parent = parentOf(path);
  let aside: BytePath | undefined;
  const making = (identity: FileIdentity) => {
    aside = join(parent, `#${identity.split(' ')[0]}`);
    hooks.making?.(identity);
  };
  switch (intent.kind) {
    case 'create':
      if (intent.exclusive || !isPresent(tree, path))
        fs.closeSync(create(tree, path, intent, { ...hooks, making }));
      return { touched: [path, parent], aside };
    case 'write': {
      const written = write(tree, intent, content, { ...hooks, making });
      return { touched: intent.create ? [path, parent] : [path], written, aside };
    }
    case 'append':
      return { touched: [path], written: append(tree, path, content, hooks) };
    case 'mkdir':
      if (hooks.made === undefined) {
        tree.at(path, (at) => fs.mkdirSync(at, intent.mode & PERMISSION_BITS));
        hooks.at?.('made');
      }
      settleMode(tree, path, intent.mode);
      break;
    case 'mknod':
      if (hooks.made === undefined) {
        tree.at(path, (at) => native().mknod(at, intent.mode, intent.rdev));
        hooks.at?.('made');
      }
      settleMode(tree, path, intent.mode);
      break;
    case 'symlink':
      tree.at(path, (at) => fs.symlinkSync(Buffer.from(intent.target, 'latin1'), at));
      break;
    case 'unlink':
      tree.at(path, (at) => fs.unlinkSync(at));
      break;
    case 'rmdir':
      tree.at(path, (at) => fs.rmdirSync(at));
      break;
    case 'rename':
      tree.at(path, (from) => tree.at(intent.to, (to) => native().renameat2(from, to, intent.flags)));
      return { touched: [path, intent.to, parent, parentOf(intent.to)] };
    case 'link':
      // the order in which link(2) finds out what is wrong
      tree.stat(path);
      tree.at(path, (from) => tree.at(intent.to, (to) => fs.linkSync(from, to)));
      return { touched: [path, intent.to, parentOf(intent.to)] };
    case 'chmod':
      tree.inode(path, (at) => fs.chmodSync(at, intent.mode & PERMISSION_BITS));
      return { touched: [path] };
    case 'utimens':
      tree.at(path, (at) => native().utimensat(at, intent.atime ?? null, intent.mtime ?? null, true));
      return { touched: [path] };
    case 'fsync':
      synchronise(tree, path);
      return { touched: [path] };
  }
  return { touched: [path, parent] };
}

/**
 * Opens `path` for writing, and makes it if it is not there. A new file is made without a
 * name first (O_TMPFILE) and its inode told to `making`, so that a crash cannot leave
 * it open who made the file that has the name: O_EXCL is what lock files rely on.
 */
function create(
  tree: FileTree,
  path: BytePath,
  { mode, exclusive }: { readonly mode: number; readonly exclusive: boolean },
  hooks: EffectHooks,
): number {
  if (tree.find(path)) {
    const ours = hooks.made !== undefined && tree.identify(path) === hooks.made;
    if (exclusive && !ours) throw new ZmxError('EEXIST', `${path} exists already`, { call: 'open', path });
    return ours ? openMade(tree, path, mode) : openForWriting(tree, path, O_WRONLY);
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
    return openForWriting(tree, path, O_WRONLY);
  } finally {
    fs.closeSync(fd);
  }
  return openMade(tree, path, mode);
}

/** Whether open(2) with O_CREAT would find a file, whose content it then leaves as it is. */
function isPresent(tree: FileTree, path: BytePath): boolean {
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
function openNew(tree: FileTree, path: BytePath, mode: number, hooks: EffectHooks): number {
  hooks.making?.(UNTOLD);
  return tree.open(path, O_RDWR | O_CREAT | O_EXCL, newFileMode(mode));
}

function newFileMode(mode: number): number {
  return (mode & PERMISSION_BITS) | fs.constants.S_IWUSR;
}

/**
 * A program may write through a descriptor after it took the write permission away
 * (git makes its objects 0444): the owner's descriptor is got back as the owner may.
 */
function openForWriting(tree: FileTree, path: BytePath, flags: number): number {
  try {
    return tree.open(path, flags);
  } catch (error) {
    const { mode, uid } = tree.stat(path);
    if ((error as ZmxError).code !== 'EACCES' || uid !== process.geteuid?.() || !isRegular({ mode }))
      throw error;
    return tree.inode(path, (at) => {
      fs.chmodSync(at, (mode & PERMISSION_BITS) | fs.constants.S_IWUSR);
      try {
        return fs.openSync(at, flags);
      } finally {
        fs.chmodSync(at, mode & PERMISSION_BITS);
      }
    });
  }
}

function write(
  tree: FileTree,
  intent: Extract<Intent, { kind: 'write' }>,
  content: Content,
  hooks: EffectHooks,
): FileVersion {
  const { path, base } = intent;
  const fd = intent.create ? create(tree, path, intent.create, hooks) : openForWriting(tree, path, O_WRONLY);
  try {
    const now = toAttributes(fs.fstatSync(fd, { bigint: true }));
    if (!isRegular(now)) throw new ZmxError('EINVAL', `${path} is no regular file`, { call: 'write', path });
    if (base && !sameVersion(base, now) && !hooks.accepts?.(base, now)) throw conflict(path);
    if (intent.truncate !== undefined) {
      fs.ftruncateSync(fd, intent.truncate);
      hooks.at?.('truncated');
    }
    let at = 0;
    for (const range of intent.ranges) {
      for (let done = 0; done < range.length; ) {
        const chunk = content.read(at, Math.min(CHUNK_BYTES, range.length - done));
        writeAll(fd, chunk, range.offset + done);
        done += chunk.length;
        at += chunk.length;
        hooks.at?.('chunk');
      }
    }
    return versionOf(toAttributes(fs.fstatSync(fd, { bigint: true })));
  } catch (error) {
    throw failed(error, 'write', path);
  } finally {
    fs.closeSync(fd);
  }
}

export function conflict(path: BytePath): ZmxError {
  const message = `${path} was changed by somebody else since it was opened; nothing was written`;
  return new ZmxError('ESTALE', message, { call: 'write', path });
}

function append(tree: FileTree, path: BytePath, content: Content, hooks: EffectHooks): FileVersion {
  const fd = openForWriting(tree, path, O_WRONLY | O_APPEND);
  try {
    for (let at = hooks.appended ?? 0; at < content.size; ) {
      const chunk = content.read(at, Math.min(CHUNK_BYTES, content.size - at));
      writeAll(fd, chunk, null);
      at += chunk.length;
      hooks.at?.('chunk');
    }
    return versionOf(toAttributes(fs.fstatSync(fd, { bigint: true })));
  } catch (error) {
    throw failed(error, 'write', path);
  } finally {
    fs.closeSync(fd);
  }
}

function writeAll(fd: number, data: Uint8Array, offset: number | null): void {
  for (let done = 0; done < data.length; )
    done += fs.writeSync(fd, data, done, data.length - done, offset === null ? null : offset + done);
}

/** The caller's umask has been applied already: ours must not be applied on top. An inherited set-group-id bit stays. */
function settleMode(tree: FileTree, path: BytePath, mode: number): void {
  const now = tree.stat(path);
  const wanted = (mode & PERMISSION_BITS) | (isFolder(now) ? now.mode & SET_GROUP_ID : 0);
  if ((now.mode & PERMISSION_BITS) !== wanted) tree.inode(path, (at) => fs.chmodSync(at, wanted));
}

/** The file's bytes and its name: a new file is lost with its folder's entry. */
function synchronise(tree: FileTree, path: BytePath): void {
  const attributes = tree.stat(path);
  if (isFolder(attributes)) tree.withOpen(path, O_RDONLY | O_DIRECTORY, (fd) => fs.fsyncSync(fd));
  if (isRegular(attributes)) {
    const fd = openForSync(tree, path);
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
  if (path !== '') tree.withOpen(parentOf(path), O_RDONLY | O_DIRECTORY, (fd) => fs.fsyncSync(fd));
}

function openForSync(tree: FileTree, path: BytePath): number {
  try {
    return tree.open(path, O_RDONLY);
  } catch (error) {
    if ((error as ZmxError).code !== 'EACCES') throw error;
    return openForWriting(tree, path, O_WRONLY);
  }
}

function failed(error: unknown, call: string, path: BytePath): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ZmxError || code === undefined) return error;
  return new ZmxError(code, `${call} of ${path} failed: ${code}`, { call, path });
}
