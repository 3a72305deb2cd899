import * as fs from 'node:fs';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { BytePath } from '../../protocol/file-types.ts';
import { descriptorPath, isWithin, join, parentOf } from './byte-path.ts';
import { type FileTree, isGone, O_PATH } from './file-tree.ts';

// Event bits of inotify(7).
const IN_MODIFY = 0x2;
const IN_ATTRIB = 0x4;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_DELETE_SELF = 0x400;
const IN_MOVE_SELF = 0x800;
const IN_UNMOUNT = 0x2000;
const IN_Q_OVERFLOW = 0x4000;
const IN_IGNORED = 0x8000;
const IN_ONLYDIR = 0x01000000;
const IN_EXCL_UNLINK = 0x04000000;
const IN_ISDIR = 0x40000000;

const MOVED = IN_MOVED_FROM | IN_MOVED_TO;
const NAME_CHANGED = MOVED | IN_CREATE | IN_DELETE;
/** CLOSE_WRITE beside MODIFY: what is written through mmap(2) shows only there. */
const MASK =
  IN_MODIFY |
  IN_ATTRIB |
  IN_CLOSE_WRITE |
  NAME_CHANGED |
  IN_DELETE_SELF |
  IN_MOVE_SELF |
  IN_ONLYDIR |
  IN_EXCL_UNLINK;

const EVENT_BYTES = 16;
/** Takes some thousand events at a time. */
const BUFFER_BYTES = 256 * 1024;

/** The user's other programs need watches too: a session takes at most half of what inotify(7) grants. */
export function defaultMaxWatches(): number {
  return Number(fs.readFileSync('/proc/sys/fs/inotify/max_user_watches', 'latin1')) / 2;
}

const NOBODY: ReadonlySet<BytePath> = new Set();

/** Changes by path, true: also all below it. Or more than can be told: everything may have changed. */
export type Drained = { readonly changes: ReadonlyMap<BytePath, boolean>; readonly overflow: boolean };

/**
 * Watches those folders of a tree that somebody was told about, with an inotify
 * reader of its own: fs.watch swallows the queue's overflow. A folder is watched
 * from before the first answer about it, and so are those above it; what nobody
 * asked for costs no watch, and a folder that is made or moved needs no scan.
 *
 * The kernel queues an event before the call that caused it returns, so that
 * `drain` has seen all that happened before it.
 */
export class TreeWatch {
  readonly #tree: FileTree;
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  readonly #pathOf = new Map<number, BytePath>();
  readonly #watchOf = new Map<BytePath, number>();
  readonly #maxWatches: number;
  #stop: (() => void) | undefined;

  /** `onReadable` runs when there is something to drain. @throws EMFILE when the user has too many inotify instances. */
  constructor(tree: FileTree, maxWatches: number, onReadable: () => void) {
    this.#tree = tree;
    this.#maxWatches = maxWatches;
    this.#fd = native().inotifyInit();
    this.#stop = native().onReadable(this.#fd, onReadable);
  }

  /** Of inotify. Whoever sees it empty knows that nothing has happened since the last `drain`. */
  get descriptor(): number {
    return this.#fd;
  }

  /**
   * Watches `folder` and all above it from now on; of one that does not exist, those that do.
   * @throws ENOSPC when the user, or this watch, has no watches left (fs.inotify.max_user_watches).
   */
  cover(folder: BytePath): void {
    if (this.#watchOf.has(folder)) return;
    if (this.#watchOf.size >= this.#maxWatches)
      throw new ZmxError('ENOSPC', `more than ${this.#maxWatches} folders cannot be watched`);
    if (folder !== '') this.cover(parentOf(folder));
    try {
      this.#tree.withOpen(folder, O_PATH | fs.constants.O_DIRECTORY, (fd) => {
        const watch = native().inotifyAddWatch(this.#fd, descriptorPath(fd), MASK);
        const before = this.#pathOf.get(watch);
        if (before !== undefined) this.#watchOf.delete(before);
        this.#pathOf.set(watch, folder);
        this.#watchOf.set(folder, watch);
      });
    } catch (error) {
      // not there, or not readable for us: then nothing in it can be told either
      if (!isGone(error) && !['ELOOP', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }

  /** The caller has moved a folder: its watches go with it. `exchange`: so do those of `to`. */
  moved(from: BytePath, to: BytePath, exchange: boolean): void {
    const moves: [number, BytePath][] = [];
    for (const [path, watch] of this.#watchOf) {
      if (isWithin(path, from)) moves.push([watch, to + path.slice(from.length)]);
      else if (exchange && isWithin(path, to)) moves.push([watch, from + path.slice(to.length)]);
      else continue;
      this.#watchOf.delete(path);
    }
    for (const [watch, path] of moves) {
      this.#pathOf.set(watch, path);
      this.#watchOf.set(path, watch);
    }
  }

  /** Reads the queue empty. Events about `own` paths are left out: they are the caller's doing. */
  drain(own: ReadonlySet<BytePath> = NOBODY): Drained {
    const changes = new Map<BytePath, boolean>();
    const changed = (path: BytePath, tree: boolean) => changes.set(path, tree || changes.get(path) === true);
    let overflow = false;
    for (let length = this.#read(); length > 0; length = this.#read()) {
      for (let at = 0; at < length; ) {
        const watch = this.#buffer.readInt32LE(at);
        const mask = this.#buffer.readUInt32LE(at + 4);
        const nameLength = this.#buffer.readUInt32LE(at + 12);
        const nameAt = at + EVENT_BYTES;
        at = nameAt + nameLength;
        if (mask & IN_Q_OVERFLOW) overflow = true;
        const folder = this.#pathOf.get(watch);
        if (folder === undefined) continue;
        if (mask & IN_IGNORED) this.#forget(watch);
        else if (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
          // of a folder below the root its parent's event says it
          if (folder === '') changed('', (mask & IN_MOVE_SELF) === 0);
        } else if (nameLength === 0) {
          if (!own.has(folder)) changed(folder, false);
        } else {
          const end = this.#buffer.indexOf(0, nameAt);
          const path = join(folder, this.#buffer.toString('latin1', nameAt, Math.min(end, at)));
          const tree = (mask & IN_ISDIR) !== 0 && (mask & NAME_CHANGED) !== 0;
          if (own.has(path)) continue;
          if (tree && mask & (MOVED | IN_DELETE)) this.#leave(path);
          changed(path, tree);
          if (mask & NAME_CHANGED) changed(folder, false);
        }
      }
    }
    return { changes, overflow };
  }

  close(): void {
    this.#stop?.();
    if (this.#stop) fs.closeSync(this.#fd);
    this.#stop = undefined;
  }

  /** Paths below a moved folder are no longer what its watches say: they are covered again when asked for. */
  #leave(folder: BytePath): void {
    for (const [path, watch] of this.#watchOf) {
      if (!isWithin(path, folder)) continue;
      this.#forget(watch);
      try {
        native().inotifyRmWatch(this.#fd, watch);
      } catch {
        // it went with its folder
      }
    }
  }

  #forget(watch: number): void {
    const path = this.#pathOf.get(watch);
    if (path === undefined) return;
    this.#pathOf.delete(watch);
    if (this.#watchOf.get(path) === watch) this.#watchOf.delete(path);
  }

  #read(): number {
    try {
      return fs.readSync(this.#fd, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}
