import * as fs from 'node:fs';
import { errorCode } from '../../base/errno.ts';
import { native } from '../../base/native.ts';
import { ByteReader } from '../../protocol/byte-codec.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { R_OK, W_OK, X_OK } from '../../protocol/file-access.ts';
import { readTarget } from '../../protocol/file-codec.ts';
import { sayableTime } from '../../protocol/file-time.ts';
import type {
  BytePath,
  DirectoryEntry,
  FileAttributes,
  FileVersion,
  StatFs,
} from '../../protocol/file-types.ts';
import { withAccess } from './access.ts';
import { checkPath, descriptorPath, join, nameOf, parentOf } from './byte-path.ts';
import { FileSystems } from './file-systems.ts';

const { O_DIRECTORY, O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants;
/** O_PATH of open(2), which node has no name for: the same number on x86, Arm and RISC-V. */
export const O_PATH = 0o10000000;

/** A file that changes under a read is read again this often before the answer goes out with the older version. */
const READ_ATTEMPTS = 3;

/**
 * Reads one folder tree and never leaves it. Each path is opened with openat2 beneath
 * a descriptor of the root and its last name is used through /proc/self/fd of its
 * folder, because a check of the path followed by an ordinary call could be raced with
 * a symlink. The root stays the folder that it was when somebody renames it.
 *
 * Synchronous: it lives in a worker thread of its own.
 * Errors: those of the call with `path` relative to the root; ELOOP for a symlink on the way.
 */
export class FileTree {
  /** Real path of the root at the time of opening, in latin1. */
  readonly root: BytePath;
  readonly fileSystems = new FileSystems();
  readonly #rootFd: number;

  constructor(path: string | Buffer) {
    const root = fs.realpathSync.native(path, 'buffer');
    this.root = root.toString('latin1');
    this.#rootFd = fs.openSync(root, O_RDONLY | O_DIRECTORY);
    this.fileSystems.number(fs.fstatSync(this.#rootFd, { bigint: true }).dev, '');
  }

  close(): void {
    fs.closeSync(this.#rootFd);
  }

  /** Opens `path` itself, never through a symlink. The descriptor is the caller's to close. */
  open(path: BytePath, flags: number, mode = 0): number {
    checkPath(path);
    // a FIFO must not hold the thread up, nor a terminal become ours; openat2 takes no such flags beside O_PATH
    const all = flags & O_PATH ? flags : flags | O_NONBLOCK | O_NOCTTY;
    return named(path, () => native().openBeneath(this.#rootFd, Buffer.from(path, 'latin1'), all, mode));
  }

  /** Runs `use` with a path that names the entry through a descriptor of its folder, good for *at-like calls that follow no symlink. */
  at<T>(path: BytePath, use: (path: Buffer) => T): T {
    checkPath(path);
    const folder = parentOf(path);
    if (folder === '') return named(path, () => use(descriptorPath(this.#rootFd, path === '' ? '.' : path)));
    return this.withOpen(folder, O_PATH | O_DIRECTORY, (fd) =>
      named(path, () => use(descriptorPath(fd, nameOf(path)))),
    );
  }

  withOpen<T>(path: BytePath, flags: number, use: (fd: number) => T): T {
    const fd = this.open(path, flags);
    try {
      return named(path, () => use(fd));
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Runs `use` with a path that leads to the entry's inode itself, for calls such as chmod(2) that would follow a symlink. */
  inode<T>(path: BytePath, use: (path: Buffer) => T): T {
    return this.withOpen(path, O_PATH, (fd) => {
      if (fs.fstatSync(fd).isSymbolicLink())
        throw new ZmxError('ELOOP', `${path} is a symbolic link`, { call: 'open', path });
      return use(descriptorPath(fd));
    });
  }

  stat(path: BytePath): FileAttributes {
    return this.at(path, (at) => this.#attributes(fs.lstatSync(at, { bigint: true }), at, path));
  }

  /** null when it is not there. */
  find(path: BytePath): FileAttributes | null {
    try {
      return this.stat(path);
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** Tells a file from another that has got its inode number later; null when it is not there. */
  identify(path: BytePath): FileIdentity | null {
    try {
      return this.at(path, (at) => identityOf(fs.lstatSync(at, { bigint: true })));
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  readlink(path: BytePath): BytePath {
    return this.at(path, (at) => fs.readlinkSync(at, 'buffer').toString('latin1'));
  }

  /** Entries without `.` and `..`, each with its attributes; one that vanishes meanwhile is left out. */
  list(path: BytePath): { readonly self: FileAttributes; readonly entries: readonly DirectoryEntry[] } {
    return this.withOpen(path, O_RDONLY | O_DIRECTORY, (fd) => {
      const info = fs.fstatSync(fd, { bigint: true });
      const self = this.#attributes(info, descriptorPath(fd), path);
      const entries: DirectoryEntry[] = [];
      const listing = new ByteReader(native().listFolder(fd));
      while (!listing.done) {
        const name = listing.latin1();
        const target = readTarget(listing);
        const entry = readEntry(listing);
        const at = entry.device === info.dev ? path : join(path, name);
        const attributes = this.#onFileSystem(entry.attributes, entry.device, at);
        entries.push(target === undefined ? { name, attributes } : { name, attributes, target });
      }
      return { self, entries };
    });
  }

  /** Bytes from `offset`, shorter only at the end of the file, with the version that they are of. */
  read(
    path: BytePath,
    offset: number,
    length: number,
  ): { readonly data: Uint8Array; readonly version: FileVersion } {
    return this.withOpen(path, O_RDONLY, (fd) => {
      let before = toAttributes(fs.fstatSync(fd, { bigint: true }));
      if (isFolder(before)) throw new ZmxError('EISDIR', `${path} is a folder`, { call: 'read', path });
      if (!isRegular(before))
        throw new ZmxError('EINVAL', `${path} is no regular file: it cannot be read from another host`, {
          call: 'read',
          path,
        });
      for (let attempt = 1; ; attempt++) {
        const data = readRange(fd, offset, Math.max(0, Math.min(length, before.size - offset)));
        const now = toAttributes(fs.fstatSync(fd, { bigint: true }));
        if (sameVersion(before, now) || attempt === READ_ATTEMPTS)
          return { data, version: versionOf(before) };
        before = now;
      }
    });
  }

  /** Of the file system that `path` is on. */
  statfs(path: BytePath): StatFs {
    return this.withOpen(path, O_PATH, (fd) => {
      const at = descriptorPath(fd);
      const info = fs.statfsSync(at, { bigint: true });
      return {
        blockSize: Number(info.bsize),
        blocks: info.blocks,
        blocksFree: info.bfree,
        blocksAvailable: info.bavail,
        files: info.files,
        filesFree: info.ffree,
        nameMax: native().nameMax(at),
      };
    });
  }

  #attributes(info: fs.BigIntStats, at: Buffer, path: BytePath): FileAttributes {
    const told = withAccess(toAttributes(info), (bits) => native().accessErrno(at, bits));
    return this.#onFileSystem(told, info.dev, path);
  }

  #onFileSystem(attributes: FileAttributes, device: bigint, path: BytePath): FileAttributes {
    const number = this.fileSystems.number(device, path);
    return number === 0 ? attributes : { ...attributes, fs: number };
  }

  getxattr(path: BytePath, name: BytePath): Uint8Array {
    return this.at(path, (at) => native().lgetxattr(at, Buffer.from(name, 'latin1')));
  }

  listxattr(path: BytePath): readonly BytePath[] {
    return this.at(path, (at) => native().llistxattr(at).toString('latin1').split('\0').slice(0, -1));
  }
}

/** What `listFolder` says of an entry behind its name and target, in its order. */
function readEntry(listing: ByteReader): { readonly device: bigint; readonly attributes: FileAttributes } {
  const device = listing.u64();
  const attributes = {
    ino: listing.u64(),
    mode: Number(listing.u64()),
    nlink: Number(listing.u64()),
    uid: Number(listing.u64()),
    gid: Number(listing.u64()),
    rdev: Number(listing.u64()),
    size: Number(listing.u64()),
    blocks: Number(listing.u64()),
    atime: sayableTime(listing.i64()),
    mtime: sayableTime(listing.i64()),
    ctime: sayableTime(listing.i64()),
  };
  const [read, write, execute] = [listing.u8(), listing.u8(), listing.u8()];
  const refused = (bits: number): number =>
    (bits & R_OK && read) || (bits & W_OK && write) || (bits & X_OK && execute);
  return { device, attributes: withAccess(attributes, refused) };
}

/** Inode number and time of birth. */
export type FileIdentity = string;

export function identityOf(info: fs.BigIntStats): FileIdentity {
  return `${info.ino} ${info.birthtimeNs}`;
}

export function toAttributes(info: fs.BigIntStats): FileAttributes {
  return {
    ino: info.ino,
    mode: Number(info.mode),
    nlink: Number(info.nlink),
    uid: Number(info.uid),
    gid: Number(info.gid),
    rdev: Number(info.rdev),
    size: Number(info.size),
    blocks: Number(info.blocks),
    atime: sayableTime(info.atimeNs),
    mtime: sayableTime(info.mtimeNs),
    ctime: sayableTime(info.ctimeNs),
  };
}

export function versionOf({ ino, size, mtime, ctime }: FileVersion): FileVersion {
  return { ino, size, mtime, ctime };
}

export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime;
}

export function isFolder({ mode }: Pick<FileAttributes, 'mode'>): boolean {
  return (mode & fs.constants.S_IFMT) === fs.constants.S_IFDIR;
}

export function isRegular({ mode }: Pick<FileAttributes, 'mode'>): boolean {
  return (mode & fs.constants.S_IFMT) === fs.constants.S_IFREG;
}

/** Whether an error says that the path is not there (any more). */
export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Up to `length` bytes from `offset` of a descriptor, fewer at the end of the file. */
export function readRange(fd: number, offset: number, length: number): Uint8Array {
  // allocUnsafeSlow: an ArrayBuffer of its own, which can be handed to another thread uncopied
  const data = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const count = fs.readSync(fd, data, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done < length ? data.subarray(0, done) : data;
}

function named<T>(path: BytePath, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw inTree(error, path);
  }
}

/** Errors name the path in the tree, not the descriptor that it was reached through. */
function inTree(error: unknown, path: BytePath): unknown {
  if (error instanceof ZmxError) return error;
  const { syscall } = error as NodeJS.ErrnoException;
  const code = errorCode(error as NodeJS.ErrnoException);
  if (code === undefined) return error;
  return new ZmxError(code, `${syscall ?? 'call'} of ${path || 'the root'} failed: ${code}`, {
    call: syscall ?? '',
    path,
  });
}
