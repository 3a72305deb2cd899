import { MAX_RANGES, PIECE_BYTES } from '../../protocol/messages/files.ts';
import type { FileVersion, Mutation } from '../remote-files.ts';
import { ByteStore } from './byte-store.ts';
import { Extents } from './extents.ts';

type WriteMutation = Extract<Mutation, { kind: 'write' }>;
/** What a flush sends; `path` is known only then. */
export type PendingWrite = Omit<WriteMutation, 'kind' | 'path'>;

/** One mutation carries so much at most: the memory that a flush takes. */
const MUTATION_BYTES = 8 * 1024 * 1024;

/** Unit in which a whole file is copied. */
const COPY_BYTES = 256 * 1024;

export interface WorkingCopyOptions {
  /** Size of what is on the remote. */
  readonly size: number;
  /** What the program has opened; what else stands there at the flush is a conflict. */
  readonly base: FileVersion | undefined;
  readonly spoolFolder: string;
  readonly create?: { readonly mode: number; readonly exclusive: boolean };
}

/**
 * What a program has written to a file and the remote does not have yet: a
 * layer of changed ranges over the remote's content. It goes there as one write when
 * the program closes or syncs the file.
 */
export class WorkingCopy {
  #base: FileVersion | undefined;
  #create: WorkingCopyOptions['create'];
  readonly #store: ByteStore;
  readonly #written = new Extents();
  readonly #remoteSize: number;
  /** How much of the remote's content still shows through. */
  #baseSize: number;
  #size: number;

  constructor(options: WorkingCopyOptions) {
    this.#base = options.base;
    this.#create = options.create;
    this.#store = new ByteStore(options.spoolFolder);
    this.#remoteSize = options.size;
    this.#baseSize = options.size;
    this.#size = options.size;
  }

  get size(): number {
    return this.#size;
  }

  /** How much of the remote's content is needed to know all of this file: its first so many bytes. */
  get baseSize(): number {
    return this.#written.covers(0, this.#baseSize) ? 0 : this.#baseSize;
  }

  write(offset: number, data: Uint8Array): void {
    this.#store.write(offset, data);
    this.#written.add(offset, offset + data.length);
    this.#size = Math.max(this.#size, offset + data.length);
  }

  truncate(size: number): void {
    if (size < this.#size) {
      this.#written.cut(size);
      this.#baseSize = Math.min(this.#baseSize, size);
    }
    this.#size = size;
  }

  /** Bytes from `offset`; `readBase` gives what the remote has. */
  async read(
    offset: number,
    length: number,
    readBase: (offset: number, length: number) => Promise<Uint8Array>,
  ): Promise<Buffer> {
    const end = Math.min(offset + length, this.#size);
    if (end <= offset) return Buffer.alloc(0);
    // Before the wait: a flush meanwhile hands these to the remote and clears them here.
    const written = this.#written
      .within(offset, end)
      .map((part) => ({ at: part.start - offset, data: this.#store.read(part.start, part.end) }));
    const baseEnd = Math.min(end, this.#baseSize);
    const needsBase = baseEnd > offset && !this.#written.covers(offset, baseEnd);
    const data = Buffer.alloc(end - offset);
    if (needsBase) data.set(await readBase(offset, baseEnd - offset));
    for (const part of written) data.set(part.data, part.at);
    return data;
  }

  /** All of the content, given what the remote has; undefined where that is needed and not given. */
  whole(base: Uint8Array | undefined): Buffer | undefined {
    if (this.baseSize > 0 && !base) return undefined;
    const data = Buffer.alloc(this.#size);
    if (base) data.set(base.subarray(0, Math.min(this.#baseSize, base.length)));
    for (const { start, end } of this.#written.list) data.set(this.#store.read(start, end), start);
    return data;
  }

  /** Whether what was written goes as one message, which a mutation made after it cannot overtake. */
  get keepsOrder(): boolean {
    const bytes = this.#written.list.reduce((sum, one) => sum + one.end - one.start, 0);
    return bytes < PIECE_BYTES && this.#written.list.length < MAX_RANGES;
  }

  /** The written ranges with their bytes, in pieces of at most 8 MiB. */
  *ranges(): Generator<{ offset: number; data: Buffer }> {
    for (const { start, end } of this.#written.list)
      for (let at = start; at < end; at += MUTATION_BYTES) {
        const to = Math.min(end, at + MUTATION_BYTES);
        yield { offset: at, data: this.#store.read(at, to) };
      }
  }

  /**
   * The writes that bring the remote up to date, one after another; `written()` after each,
   * so that it is the base of the next, or of all of them again after a failure.
   */
  *pendingWrites(): Generator<PendingWrite> {
    const grown = this.#size > Math.max(this.#written.end, this.#baseSize);
    const shrunk = this.#baseSize < this.#remoteSize;
    let head: PendingWrite = {
      ranges: [],
      ...(this.#base ? { base: this.#base } : {}),
      ...(this.#create ? { create: this.#create } : {}),
      // A new file replaces what somebody else has made meanwhile: it is not merged with it.
      ...(shrunk || this.#create ? { truncate: this.#baseSize } : {}),
    };
    if (grown && !shrunk && !this.#create && this.#written.list.length === 0)
      head = { ...head, truncate: this.#size };
    let ranges: { offset: number; data: Uint8Array }[] = [];
    let bytes = 0;
    for (const range of this.ranges()) {
      if (bytes + range.data.length > MUTATION_BYTES) {
        yield { ...head, ranges };
        head = { ranges: [], ...(this.#base ? { base: this.#base } : {}) };
        ranges = [];
        bytes = 0;
      }
      ranges.push(range);
      bytes += range.data.length;
    }
    // A hole at the end that a truncate before the ranges cannot make: its last byte, a zero.
    if (grown && head.truncate !== this.#size)
      ranges.push({ offset: this.#size - 1, data: new Uint8Array(1) });
    yield { ...head, ranges };
  }

  /** The remote has taken a write, which made this version. */
  written(version: FileVersion): void {
    this.#base = version;
    this.#create = undefined;
  }

  /** The remote does not have the file yet. */
  get isNew(): boolean {
    return this.#create !== undefined;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** All of a file of `size` bytes, which `read` gives, held here alone. */
export async function copyOf(
  size: number,
  spoolFolder: string,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<WorkingCopy> {
  const copy = new WorkingCopy({ size: 0, base: undefined, spoolFolder });
  for (let at = 0; at < size; at += COPY_BYTES)
    copy.write(at, await read(at, Math.min(COPY_BYTES, size - at)));
  copy.truncate(size);
  return copy;
}
