import * as fs from 'node:fs';
import { errorCode } from '../../base/errno.ts';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Intent } from '../../protocol/file-mutation.ts';
import type { BytePath, FileAttributes, FileVersion } from '../../protocol/file-types.ts';
import { join, parentOf } from './byte-path.ts';
import {
  type CreationHooks,
  type CreationPoint,
  isPresent,
  openForWriting,
  openOrCreate,
  PERMISSION_BITS,
} from './creation.ts';
import {
  type FileIdentity,
  type FileTree,
  isFolder,
  isRegular,
  sameVersion,
  toAttributes,
  versionOf,
} from './file-tree.ts';

const { O_APPEND, O_DIRECTORY, O_RDONLY, O_WRONLY } = fs.constants;
const SET_GROUP_ID = 0o2000;
/** Flag of fallocate(2). */
const FALLOC_FL_KEEP_SIZE = 1;
/** Written at a time; bounds the memory that a large staged file takes. */
const CHUNK_BYTES = 1024 * 1024;

type Write = Extract<Intent, { kind: 'write' }>;

/** Bytes of a write or append: all ranges one after another, in memory or staged in a file. */
export interface Content {
  readonly size: number;
  read(at: number, length: number): Uint8Array;
}

export function memoryContent(parts: readonly Uint8Array[]): Content {
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { size: whole.length, read: (at, length) => whole.subarray(at, at + length) };
}

export interface EffectHooks extends CreationHooks {
  /** Whether a file that is now `current` may be written by somebody who knew it as `base`. */
  accepts?(base: FileVersion, current: FileVersion): boolean;
  /** Set at a repeat: so many bytes of an append are there already. */
  readonly appended?: number | undefined;
  /** Named points between the steps, for tests that end the process there. */
  at?: ((point: EffectPoint) => void) | undefined;
}

export type EffectPoint = CreationPoint | 'truncated' | 'chunk';

/** How far a write or append came that the file system stopped, for want of space most of all. */
export interface Stopped {
  readonly error: unknown;
  /** Bytes of the content, from its beginning, that are in the file. */
  readonly bytes: number;
}

export interface Effect {
  /** Paths whose attributes changed by it. */
  readonly touched: readonly BytePath[];
  /** The file right after its last byte was written; another version later is somebody else's. */
  readonly written?: FileVersion;
  readonly stopped?: Stopped | undefined;
  /** A new folder, which is empty. */
  readonly folder?: BytePath;
  /** Under this name the kernel's events speak of a file that has none yet. */
  readonly aside?: BytePath | undefined;
}

/**
 * Carries out one mutation. A write is in place, on the same inode: hard links and
 * `tail -f` stay intact, and repeating it after a crash gives the same file.
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
        fs.closeSync(openOrCreate(tree, path, intent, { ...hooks, making }));
      return { touched: [path, parent], aside };
    case 'write': {
      const effect = write(tree, intent, content, { ...hooks, making });
      return { touched: intent.create ? [path, parent] : [path], ...effect, aside };
    }
    case 'append':
      return { touched: [path], ...append(tree, path, content, hooks) };
    case 'mkdir':
      if (hooks.made === undefined) {
        tree.at(path, (at) => fs.mkdirSync(at, intent.mode & PERMISSION_BITS));
        hooks.at?.('made');
      }
      settleMode(tree, path, intent.mode);
      return { touched: [path, parent], folder: path };
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

function write(
  tree: FileTree,
  intent: Write,
  content: Content,
  hooks: EffectHooks,
): Pick<Effect, 'written' | 'stopped'> {
  const { path, base } = intent;
  const check = (now: FileAttributes): void => {
    if (!isRegular(now)) throw new ZmxError('EINVAL', `${path} is no regular file`, { call: 'write', path });
    if (base && !sameVersion(base, now) && !hooks.accepts?.(base, now)) throw conflict(path);
  };
  const fd = intent.create
    ? openOrCreate(tree, path, intent.create, hooks, check)
    : openForWriting(tree, path, O_WRONLY, check);
  return pouring(fd, path, (wrote) => {
    if (intent.allocate) allocate(fd, intent.allocate);
    if (intent.truncate !== undefined) {
      fs.ftruncateSync(fd, intent.truncate);
      hooks.at?.('truncated');
    }
    let at = 0;
    for (const range of intent.ranges) {
      for (let done = 0; done < range.length; ) {
        const chunk = content.read(at, Math.min(CHUNK_BYTES, range.length - done));
        writeAll(fd, chunk, range.offset + done, wrote);
        done += chunk.length;
        at += chunk.length;
        hooks.at?.('chunk');
      }
    }
  });
}

export function conflict(path: BytePath): ZmxError {
  const message = `${path} was changed by somebody else since it was opened; nothing was written`;
  return new ZmxError('ESTALE', message, { call: 'write', path });
}

function append(
  tree: FileTree,
  path: BytePath,
  content: Content,
  hooks: EffectHooks,
): Pick<Effect, 'written' | 'stopped'> {
  const fd = openForWriting(tree, path, O_WRONLY | O_APPEND);
  return pouring(
    fd,
    path,
    (wrote) => {
      for (let at = hooks.appended ?? 0; at < content.size; ) {
        const chunk = content.read(at, Math.min(CHUNK_BYTES, content.size - at));
        writeAll(fd, chunk, null, wrote);
        at += chunk.length;
        hooks.at?.('chunk');
      }
    },
    hooks.appended,
  );
}

function allocate(fd: number, { offset, length, keepSize }: NonNullable<Write['allocate']>): void {
  native().fallocate(fd, keepSize ? FALLOC_FL_KEEP_SIZE : 0, offset, length);
}

/** Runs what changes an open file and closes that: where the file system stops it, what it has changed stays. */
function pouring(
  fd: number,
  path: BytePath,
  pour: (wrote: (bytes: number) => void) => void,
  bytesBefore = 0,
): Pick<Effect, 'written' | 'stopped'> {
  let bytes = bytesBefore;
  let stopped: Stopped | undefined;
  try {
    try {
      pour((count) => {
        bytes += count;
      });
    } catch (error) {
      stopped = { error: failed(error, 'write', path), bytes };
    }
    return { written: versionOf(toAttributes(fs.fstatSync(fd, { bigint: true }))), stopped };
  } finally {
    fs.closeSync(fd);
  }
}

function writeAll(fd: number, data: Uint8Array, offset: number | null, wrote: (bytes: number) => void): void {
  for (let done = 0; done < data.length; ) {
    const at = offset === null ? null : offset + done;
    const count = fs.writeSync(fd, data, done, data.length - done, at);
    done += count;
    wrote(count);
  }
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
  const code = errorCode(error as NodeJS.ErrnoException);
  if (error instanceof ZmxError || code === undefined) return error;
  return new ZmxError(code, `${call} of ${path} failed: ${code}`, { call, path });
}
