import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { ByteReader, ByteWriter } from '../../term/emulator/byte-stream.ts';
import type { HistoryLine } from '../../term/emulator/history-line.ts';

/**
 * A file of consecutive lines of history: varint (cells << 1 | wide) | varint length |
 * one row of `RowWriter`. Its lines are in memory while it grows and until they
 * have been written, then only where each begins.
 */
export class HistorySegment {
  /** Number of the first line. */
  readonly first: number;
  readonly path: string;
  /** Where each line begins, and its cells << 1 | wide; undefined: not looked up since the start. */
  #index: { offsets: number[]; cells: number[] } | undefined = { offsets: [], cells: [] };
  #count = 0;
  #bytes = 0;
  /** All bytes while they are not all written, or the segment still grows. */
  #content: ByteWriter | undefined = new ByteWriter(INITIAL_BYTES);
  #written = 0;
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
    segment.#content = undefined;
    return segment;
  }

  /** A segment found on disk that goes on after `bytes`; what follows there is cut off. */
  static reopened(path: string, first: number, bytes: number): HistorySegment {
    const segment = new HistorySegment(path, first);
    const found = readFileSync(path);
    if (found.length < bytes) throw new Error(`${path} has ${found.length} bytes instead of ${bytes}`);
    const content = found.subarray(0, bytes);
    segment.#content?.bytes(content);
    segment.#written = bytes;
    segment.#bytes = bytes;
    segment.#index = indexOf(content);
    segment.#count = segment.#index.offsets.length;
    segment.#fd = openSync(path, 'r+');
    ftruncateSync(segment.#fd, bytes);
    return segment;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that only memory holds. */
  get unwritten(): number {
    return this.#content ? this.#bytes - this.#written : 0;
  }

  append({ cells, wide, bytes }: HistoryLine): void {
    const content = this.#content;
    const index = this.#index;
    if (!content || !index) throw new Error('a closed segment does not grow');
    index.offsets.push(this.#bytes);
    index.cells.push((cells << 1) | (wide ? 1 : 0));
    content.varint((cells << 1) | (wide ? 1 : 0));
    content.varint(bytes.length);
    content.bytes(bytes);
    this.#bytes = content.length;
    this.#count++;
  }

  /** Writes what is not on disk yet. @throws a system error, e.g. ENOSPC; nothing is lost then. */
  flush(): void {
    if (!this.#content || this.#written === this.#bytes) return;
    this.#fd ??= openSync(this.path, 'w+', 0o600);
    const content = this.#content.view();
    while (this.#written < this.#bytes) {
      this.#written += writeSync(
        this.#fd,
        content,
        this.#written,
        this.#bytes - this.#written,
        this.#written,
      );
    }
  }

  /** Lets go of the memory of a segment that is complete and written. */
  seal(): void {
    if (this.unwritten > 0) return;
    this.#content = undefined;
    this.close();
  }

  /** Cells << 1 | wide of each line. */
  get cells(): readonly number[] {
    return this.#lookUp().cells;
  }

  /** @param index of the line in this segment. */
  line(index: number): HistoryLine {
    const content = this.#read();
    const reader = new ByteReader(content.subarray(this.#lookUp(content).offsets[index] ?? content.length));
    const head = reader.varint();
    return { cells: head >>> 1, wide: (head & 1) !== 0, bytes: reader.bytes(reader.varint()) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Removes the file. */
  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  /** The last file read stays in memory: a reader goes through lines one after another. */
  #read(): Uint8Array {
    if (this.#content) return this.#content.view();
    if (lastRead?.segment !== this) lastRead = { segment: this, content: readFileSync(this.path) };
    return lastRead.content;
  }

  #lookUp(content?: Uint8Array): { offsets: number[]; cells: number[] } {
    this.#index ??= indexOf(content ?? this.#read());
    return this.#index;
  }
}

const INITIAL_BYTES = 4 * 1024;

let lastRead: { readonly segment: HistorySegment; readonly content: Uint8Array } | undefined;

function indexOf(content: Uint8Array): { offsets: number[]; cells: number[] } {
  const index: { offsets: number[]; cells: number[] } = { offsets: [], cells: [] };
  const reader = new ByteReader(content);
  while (reader.left > 0) {
    index.offsets.push(reader.at);
    index.cells.push(reader.varint());
    reader.bytes(reader.varint());
  }
  return index;
}
