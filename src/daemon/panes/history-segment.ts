import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { ByteReader, ByteWriter } from '../../term/emulator/byte-stream.ts';
import type { HistoryLine } from '../../term/emulator/history-line.ts';

/** Where each line begins, and its cells << 1 | wide. */
interface LineIndex {
  readonly offsets: number[];
  readonly cells: number[];
}

/** Lines that wait to be written fit into this; more makes it grow. */
const PENDING_BYTES = 8 * 1024;

/**
 * A file of consecutive lines of history: varint (cells << 1 | wide) | varint length |
 * one row of `RowWriter`. Lines are appended to memory and written in pieces.
 */
export class HistorySegment {
  /** Number of the first line. */
  readonly first: number;
  readonly path: string;
  /** undefined: not looked up since the file was found. */
  #index: LineIndex | undefined = { offsets: [], cells: [] };
  #count = 0;
  /** Bytes in the file, and those that only memory holds. */
  #written = 0;
  #pending = new ByteWriter(PENDING_BYTES);
  #fd: number | undefined;

  constructor(path: string, first: number) {
    this.path = path;
    this.first = first;
  }

  /** A segment found on disk that will not grow, with its number of lines. */
  static closed(path: string, first: number, count: number): HistorySegment {
    const segment = new HistorySegment(path, first);
    segment.#index = undefined;
    segment.#count = count;
    segment.#written = statSync(path).size;
    return segment;
  }

  /** A segment found on disk that goes on after `bytes`; what follows there is cut off. */
  static reopened(path: string, first: number, bytes: number): HistorySegment {
    const segment = new HistorySegment(path, first);
    const found = readFileSync(path);
    if (found.length < bytes) throw new Error(`${path} has ${found.length} bytes instead of ${bytes}`);
    segment.#written = bytes;
    segment.#index = indexOf(found.subarray(0, bytes));
    segment.#count = segment.#index.offsets.length;
    segment.#fd = openSync(path, 'r+');
    ftruncateSync(segment.#fd, bytes);
    return segment;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#written + this.#pending.length;
  }

  /** Bytes that only memory holds. */
  get unwritten(): number {
    return this.#pending.length;
  }

  append({ cells, wide, bytes }: HistoryLine): void {
    const packed = (cells << 1) | (wide ? 1 : 0);
    this.#index?.offsets.push(this.bytes);
    this.#index?.cells.push(packed);
    this.#pending.varint(packed);
    this.#pending.varint(bytes.length);
    this.#pending.bytes(bytes);
    this.#count++;
  }

  /** Writes what is not on disk yet. @throws a system error, e.g. ENOSPC; nothing is lost then. */
  flush(): void {
    if (this.#pending.length === 0) return;
    if (lastRead?.segment === this) lastRead = undefined;
    this.#fd ??= openSync(this.path, 'w+', 0o600);
    const pending = this.#pending.view();
    for (let done = 0; done < pending.length; )
      done += writeSync(this.#fd, pending, done, pending.length - done, this.#written + done);
    this.#written += pending.length;
    this.#pending.clear();
  }

  /** Cells << 1 | wide of each line. */
  get cells(): readonly number[] {
    this.#index ??= indexOf(this.#read());
    return this.#index.cells;
  }

  /** @param index of the line in this segment. */
  line(index: number): HistoryLine {
    const content = this.#read();
    this.#index ??= indexOf(content);
    const reader = new ByteReader(content.subarray(this.#index.offsets[index] ?? content.length));
    const packed = reader.varint();
    return { cells: packed >>> 1, wide: (packed & 1) !== 0, bytes: reader.bytes(reader.varint()) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Removes the file. */
  remove(): void {
    this.close();
    try {
      rmSync(this.path, { force: true });
    } catch {
      // One that cannot be removed is older than any mark and goes at the next start.
    }
  }

  /** The last content read stays in memory: a reader goes through lines one after another. */
  #read(): Uint8Array {
    const pending = this.#pending.view();
    if (lastRead?.segment !== this || lastRead.bytes !== this.bytes) {
      const written = this.#written > 0 ? readFileSync(this.path) : NO_BYTES;
      lastRead = { segment: this, bytes: this.bytes, content: Buffer.concat([written, pending]) };
    }
    return lastRead.content;
  }
}

const NO_BYTES = new Uint8Array(0);

let lastRead: { segment: HistorySegment; bytes: number; content: Uint8Array } | undefined;

function indexOf(content: Uint8Array): LineIndex {
  const index: LineIndex = { offsets: [], cells: [] };
  const reader = new ByteReader(content);
  while (reader.left > 0) {
    index.offsets.push(reader.at);
    index.cells.push(reader.varint());
    reader.bytes(reader.varint());
  }
  return index;
}
