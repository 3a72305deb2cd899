import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ByteWriter } from '../../term/emulator/byte-stream.ts';
import type { HistoryLine } from '../../term/emulator/history-line.ts';
import {
  CheckedLines,
  type LineIndex,
  type LineReader,
  LOST,
  lostLine,
  pack,
  uncheckedLines,
} from './history-records.ts';

/** A segment that is this large gets a successor: old lines go by whole segments. */
const SEGMENT_BYTES = 1024 * 1024;
/** Lines that wait to be written fit into this; more makes it grow. */
const PENDING_BYTES = 8 * 1024;

/** Of segments as release 0.1.0 wrote them; those are read, and none is begun or goes on. */
const UNCHECKED_SUFFIX = '.lines';

/**
 * A file of consecutive lines of history. Lines are appended to memory and written in
 * pieces. One that was damaged on the disk keeps its number, and says so in its place.
 */
export class HistorySegment {
  /** Number of the first line. */
  readonly first: number;
  readonly path: string;
  readonly #checked: CheckedLines;
  readonly #reader: LineReader;
  /** undefined: not looked up since the file was found. */
  #index: LineIndex | undefined = { offsets: [], cells: [] };
  #count = 0;
  /** Bytes in the file, and those that only memory holds. */
  #written = 0;
  #pending = new ByteWriter(PENDING_BYTES);
  #fd: number | undefined;
  #ended = false;

  constructor(path: string, first: number) {
    this.path = path;
    this.first = first;
    // The same lines in the file of another pane, or of another place in this one, are none of these.
    this.#checked = new CheckedLines(join(basename(dirname(path)), basename(path)));
    this.#reader = this.#isChecked ? this.#checked : uncheckedLines;
  }

  /** A segment found on disk that will not grow, with its number of lines. */
  static closed(path: string, first: number, count: number): HistorySegment {
    const segment = new HistorySegment(path, first);
    segment.#ended = true;
    segment.#index = undefined;
    segment.#count = count;
    segment.#written = statSync(path).size;
    return segment;
  }

  /** A segment found on disk that goes on after `bytes` and `count` lines; what follows there is cut off. */
  static reopened(path: string, first: number, count: number, bytes: number): HistorySegment {
    const segment = HistorySegment.closed(path, first, count);
    segment.#ended = !segment.#isChecked;
    segment.#written = Math.min(segment.#written, bytes);
    segment.#fd = openSync(path, 'r+');
    ftruncateSync(segment.#fd, segment.#written);
    segment.#index = segment.#reader.index(segment.#read(), count);
    return segment;
  }

  /** It is in the present format. */
  get #isChecked(): boolean {
    return !this.path.endsWith(UNCHECKED_SUFFIX);
  }

  /** Another line may come. */
  get grows(): boolean {
    return !this.#ended && this.bytes < SEGMENT_BYTES;
  }

  /** How many of its lines are lost, as far as they have been looked up. */
  get lost(): number {
    return this.#index?.offsets.filter((at) => at === LOST).length ?? 0;
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

  append(line: HistoryLine): void {
    this.#index?.offsets.push(this.bytes);
    this.#index?.cells.push(pack(line.cells, line.wide));
    this.#checked.append(this.#pending, this.#count, line);
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
    this.#index ??= this.#reader.index(this.#read(), this.#count);
    return this.#index.cells;
  }

  /** @param index of the line in this segment. */
  line(index: number): HistoryLine {
    const content = this.#read();
    this.#index ??= this.#reader.index(content, this.#count);
    const at = this.#index.offsets[index] ?? LOST;
    return (at === LOST ? undefined : this.#reader.line(content, at)) ?? lostLine;
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
  #read(): Buffer {
    const pending = this.#pending.view();
    if (lastRead?.segment !== this || lastRead.bytes !== this.bytes) {
      const written = this.#written > 0 ? readable(this.path).subarray(0, this.#written) : NO_BYTES;
      lastRead = { segment: this, bytes: this.bytes, content: Buffer.concat([written, pending]) };
    }
    return lastRead.content;
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Nothing where the disk has lost the file. */
function readable(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EIO' || code === 'ENOENT') return NO_BYTES;
    throw error;
  }
}

let lastRead: { segment: HistorySegment; bytes: number; content: Buffer } | undefined;
