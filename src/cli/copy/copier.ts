import { constants } from 'node:fs';
import { nanoid } from 'nanoid';
import { ZmxError } from '../../protocol/errors.ts';
import { encodeVersion } from '../../protocol/file-codec.ts';
import type { BytePath, DirectoryEntry, FileAttributes } from '../../protocol/file-types.ts';
import { PIECE_BYTES } from '../../protocol/messages/files.ts';
import type { CopySide } from './copy-side.ts';
import { Slots } from './slots.ts';

/** Small files and folders on their way at a time: a few hundred in each second at 100 ms RTT. */
const SMALL_AT_A_TIME = 64;
/** Large ones, each of which has two pieces in memory. */
const LARGE_AT_A_TIME = 4;
/** A large file goes in pieces of this size: 50 Mbit/s at 640 ms RTT, 800 at 40. */
const PART_BYTES = 4 * 1024 * 1024;
/** Permissions that are copied. Not set-user-ID and its like: the owner is another one there. */
const COPIED_MODE = 0o777;
/** What the copier itself needs in a folder until it is done with it. */
const OWNER_ALL = 0o700;

/** What is on its way at a time, over all sources of a command. */
export interface CopySlots {
  readonly small: Slots;
  readonly large: Slots;
}

export function copySlots(): CopySlots {
  return { small: new Slots(SMALL_AT_A_TIME), large: new Slots(LARGE_AT_A_TIME) };
}

export interface CopierOptions {
  readonly from: CopySide;
  readonly to: CopySide;
  readonly slots: CopySlots;
  /** No further file is begun; what has been begun is removed. */
  readonly signal: AbortSignal;
  /** A file has gone further by so many bytes, or is complete. */
  readonly progress: (bytes: number, path: BytePath, done: boolean) => void;
  /** An entry could not be copied; the others go on. A TargetError where it could be read. */
  readonly failed: (path: BytePath, error: unknown) => void;
}

/** What the side that is copied to has refused. */
export class TargetError extends ZmxError {
  constructor(refused: unknown) {
    const { code, message } = ZmxError.info(refused);
    super(code, message);
  }
}

type Target = Pick<CopySide, 'mutate' | 'stat'>;

/** The same with its errors marked. */
function marked(side: Target): Target {
  const refused = (error: unknown): never => {
    throw new TargetError(error);
  };
  return {
    mutate: (mutation) => side.mutate(mutation).catch(refused),
    stat: (path, signal) => side.stat(path, signal).catch(refused),
  };
}

/**
 * Copies files and folders with modes, times, symbolic and hard links. Each file is written under a
 * name of its own and renamed when it is complete, so that nobody ever sees half of one.
 * Many are on their way at a time: a round trip each, one after another, is what makes
 * copying small files slow.
 */
export class Copier {
  readonly #options: Omit<CopierOptions, 'to'> & { readonly to: Target };
  readonly #small: Slots;
  readonly #large: Slots;
  /** Files with more names than one, by what all their names share, and where the first one's copy is to be. */
  readonly #linked = new Map<string, { readonly target: BytePath; readonly copied: Promise<void> }>();

  constructor(options: CopierOptions) {
    this.#options = { ...options, to: marked(options.to) };
    this.#small = options.slots.small;
    this.#large = options.slots.large;
  }

  /** Resolves when all that could be copied is there; failures have been told. */
  async copy(source: BytePath, target: BytePath): Promise<void> {
    await this.#attempt(source, async () => {
      const { value: attributes } = await this.#options.from.stat(source, this.#options.signal);
      await this.#entry(source, target, { name: source, attributes });
    });
  }

  async #attempt(path: BytePath, task: () => Promise<void>): Promise<void> {
    const { signal, failed } = this.#options;
    if (signal.aborted) return;
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) failed(path, error);
    }
  }

  #entry(source: BytePath, target: BytePath, entry: DirectoryEntry): Promise<void> {
    const { attributes } = entry;
    return this.#attempt(source, () => {
      switch (attributes.mode & constants.S_IFMT) {
        case constants.S_IFDIR:
          return this.#folder(source, target, attributes);
        case constants.S_IFREG:
          return attributes.nlink > 1
            ? this.#named(source, target, attributes)
            : this.#file(source, target, attributes);
        case constants.S_IFLNK:
          return this.#small.run(() => this.#link(source, target, entry));
        default:
          throw new ZmxError('invalid', 'a FIFO, socket or device: those are not copied');
      }
    });
  }

  async #folder(source: BytePath, target: BytePath, { mode, mtime, atime }: FileAttributes): Promise<void> {
    const { from, to, signal } = this.#options;
    const [listing] = await this.#small.run(() =>
      Promise.all([from.list(source, signal), this.#makeFolder(target, (mode & COPIED_MODE) | OWNER_ALL)]),
    );
    await Promise.all(
      listing.value.entries.map((entry) =>
        this.#entry(join(source, entry.name), join(target, entry.name), entry),
      ),
    );
    await this.#small.run(() =>
      Promise.all([
        to.mutate({ kind: 'chmod', path: target, mode: mode & COPIED_MODE }),
        to.mutate({ kind: 'utimens', path: target, atime, mtime }),
      ]),
    );
  }

  /** Into a folder that is there already its entries are added. */
  async #makeFolder(path: BytePath, mode: number): Promise<void> {
    const { to, signal } = this.#options;
    try {
      await to.mutate({ kind: 'mkdir', path, mode });
    } catch (error) {
      if ((error as ZmxError).code !== 'EEXIST') throw error;
      const { value: there } = await to.stat(path, signal);
      if ((there.mode & constants.S_IFMT) !== constants.S_IFDIR)
        throw new ZmxError('invalid', 'something that is no folder has its name there');
    }
  }

  async #link(source: BytePath, target: BytePath, entry: DirectoryEntry): Promise<void> {
    const { from, signal, progress } = this.#options;
    const text = entry.target ?? (await from.readlink(source, signal)).value;
    const { atime, mtime } = entry.attributes;
    await this.#appear(target, async (path) => {
      const { to } = this.#options;
      await Promise.all([
        to.mutate({ kind: 'symlink', path, target: text }),
        to.mutate({ kind: 'utimens', path, atime, mtime }),
      ]);
    });
    progress(0, source, true);
  }

  /** One of a file's names: the first is copied, the others become links to its copy where that has links. */
  async #named(source: BytePath, target: BytePath, attributes: FileAttributes): Promise<void> {
    const { to, progress } = this.#options;
    const { ino, size, mtime, ctime } = attributes;
    // Inode numbers repeat on another file system below the same folder, but not with the same times.
    const file = [ino, size, mtime, ctime].join(' ');
    const first = this.#linked.get(file);
    if (!first) {
      const copied = this.#file(source, target, attributes);
      this.#linked.set(file, { target, copied });
      return copied;
    }
    try {
      await first.copied;
      await this.#small.run(() =>
        this.#appear(target, async (path) => {
          await to.mutate({ kind: 'link', path: first.target, to: path });
        }),
      );
      progress(0, source, true);
    } catch {
      await this.#file(source, target, attributes);
    }
  }

  #file(source: BytePath, target: BytePath, attributes: FileAttributes): Promise<void> {
    const slots = attributes.size > PIECE_BYTES ? this.#large : this.#small;
    return slots.run(() => this.#content(source, target, attributes));
  }

  async #content(source: BytePath, target: BytePath, attributes: FileAttributes): Promise<void> {
    const { to, progress } = this.#options;
    const { size, mode, atime, mtime } = attributes;
    let changed = false;
    await this.#appear(target, async (path) => {
      const create = { mode: mode & COPIED_MODE, exclusive: true };
      const times = { kind: 'utimens', path, atime, mtime } as const;
      if (size <= PIECE_BYTES) {
        const { data } = await this.#read(source, 0, size);
        const ranges = data.length > 0 ? [{ offset: 0, data }] : [];
        // in one flight: the order of such mutations is that of the calls
        await Promise.all([to.mutate({ kind: 'write', path, ranges, create }), to.mutate(times)]);
        progress(data.length, source, false);
      } else {
        changed = await this.#parts(source, path, size, create);
        await to.mutate(times);
      }
    });
    progress(0, source, true);
    if (changed) throw new ZmxError('changed', 'it changed while it was read: the copy may be a mixture');
  }

  /** Reads a part while the one before it is written. Returns whether the source was changed meanwhile. */
  async #parts(
    source: BytePath,
    path: BytePath,
    size: number,
    create: { readonly mode: number; readonly exclusive: boolean },
  ): Promise<boolean> {
    const { to, progress, signal } = this.#options;
    let first: Uint8Array | undefined;
    let changed = false;
    let next = this.#read(source, 0, PART_BYTES);
    for (let offset = 0; offset < size; offset += PART_BYTES) {
      const { data, version } = await next;
      if (signal.aborted) throw new ZmxError('aborted', 'the copy was given up');
      next = this.#read(source, offset + PART_BYTES, PART_BYTES);
      next.catch(() => {}); // it is awaited in the next turn, if there is one
      const now = encodeVersion(version);
      first ??= now;
      changed ||= Buffer.compare(first, now) !== 0;
      const ranges = [{ offset, data }];
      await to.mutate({ kind: 'write', path, ranges, ...(offset === 0 && { create }) });
      progress(data.length, source, false);
      if (data.length < PART_BYTES) break;
    }
    return changed;
  }

  async #read(path: BytePath, offset: number, length: number) {
    const { from, signal } = this.#options;
    return (await from.read(path, offset, length, signal)).value;
  }

  /** Makes something under a name of its own and renames it to `target`; removes it if that fails. */
  async #appear(target: BytePath, make: (path: BytePath) => Promise<void>): Promise<void> {
    const { to, signal } = this.#options;
    const path = join(parentOf(target), `.zmx-cp-${nanoid(10)}`);
    try {
      await make(path);
      if (signal.aborted) throw new ZmxError('aborted', 'the copy was given up');
      await to.mutate({ kind: 'rename', path, to: target, flags: 0 });
    } catch (error) {
      await to.mutate({ kind: 'unlink', path }).catch(() => {
        // it was not made, or cannot be removed either: the first error is the one to tell
      });
      throw error;
    }
  }
}

function join(folder: BytePath, name: BytePath): BytePath {
  return folder === '' ? name : `${folder}/${name}`;
}

function parentOf(path: BytePath): BytePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
