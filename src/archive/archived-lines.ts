import type { HistoryLine } from '../term/emulator/history-line.ts';
import { LineReplay, type LineTaker } from './line-replay.ts';
import { LogReader } from './log-reader.ts';
import type { SegmentInfo } from './segment-reader.ts';

/** Segments whose lines stay in memory; of the others only their widths, and they are replayed when they are read again. */
const KEPT_SEGMENTS = 3;

/** Lines of one segment, oldest first. */
interface Chunk {
  readonly info: SegmentInfo;
  /** Number of the first line that was not wanted of it. */
  readonly until: number;
  /** How many lines of its replay come before these. */
  readonly from: number;
  /** Cells << 1 | wide of each. */
  readonly cells: Uint32Array;
  lines: readonly HistoryLine[] | undefined;
}

/**
 * The lines of a pane that are older than its history keeps, out of its log: a segment is
 * replayed through an emulator, and what leaves its scrollback is what left the pane's. The
 * newest segment comes first, and none before it is asked for.
 *
 * Lines are counted from the history backwards: 0 is the one before its oldest. Where the log
 * has a gap there is one line that says so.
 */
export class ArchivedLines {
  readonly #reader: LogReader;
  readonly #generation: number;
  /** Newest first. */
  readonly #chunks: Chunk[] = [];
  #count = 0;
  /** Segments that have not been looked at, oldest first. */
  #left: SegmentInfo[];
  /** Number of the oldest line that is known. */
  #known: number;
  readonly #recent: Chunk[] = [];

  /**
   * @param folder of the pane's log, up to date.
   * @param before number of the history's oldest line. @param generation of the history: lines of others were cleared.
   */
  constructor(folder: string, before: number, generation: number) {
    this.#reader = new LogReader(folder);
    this.#left = [...this.#reader.segments];
    this.#known = before;
    this.#generation = generation;
  }

  /** Lines that are loaded. */
  get count(): number {
    return this.#count;
  }

  /** Cells << 1 | wide of the loaded lines, oldest first. */
  *cells(): Generator<number> {
    for (const chunk of this.#chunks.toReversed()) yield* chunk.cells;
  }

  /** @param back how many lines before the history: 0 up to `count` - 1. */
  line(back: number): HistoryLine {
    const { chunk, index } = this.#place(back);
    return this.#linesOf(chunk)[index] ?? EMPTY;
  }

  /** For whoever can wait: `line` would hold up everybody for as long as its segment takes. undefined: it is in memory. */
  prepare(back: number): Promise<void> | undefined {
    const { chunk } = this.#place(back);
    return chunk.lines ? undefined : this.#reload(chunk);
  }

  /** Loads the segment before the ones that are loaded, and returns how many lines it has; 0: there is none. */
  async load(): Promise<number> {
    for (let info = this.#left.pop(); info; info = this.#left.pop()) {
      const { start } = info;
      // Without its start a segment cannot be replayed; its lines are missing like those of a gap.
      if (!start || start.lines >= this.#known) continue;
      const found = await this.#replay(info);
      // What was cleared is not come back to: neither here nor in what is older.
      if (!found) this.#left = [];
      else if (start.generation !== this.#generation) this.#left = [];
      if (!found || found.lines.length === 0) continue;
      const cells = Uint32Array.from(found.lines, ({ cells, wide }) => (cells << 1) | (wide ? 1 : 0));
      const chunk: Chunk = { info, until: this.#known, from: found.from, cells, lines: undefined };
      this.#known = start.lines;
      this.#keep(chunk, found.lines);
      this.#chunks.push(chunk);
      this.#count += cells.length;
      return cells.length;
    }
    return 0;
  }

  /** undefined where nothing of it belongs to this history, or where its state is of another version. */
  async #replay(info: SegmentInfo): Promise<{ from: number; lines: readonly HistoryLine[] } | undefined> {
    try {
      const found = new CollectedLines();
      const replay = new LineReplay(this.#reader.segmentRecords(info), this.#known, found);
      await replay.runInSlices();
      if (replay.generation !== this.#generation) return undefined;
      return { from: found.clearedAt, lines: found.all.slice(found.clearedAt) };
    } catch {
      return undefined;
    }
  }

  #place(back: number): { chunk: Chunk; index: number } {
    let newer = 0;
    for (const chunk of this.#chunks) {
      const { length } = chunk.cells;
      if (back < newer + length) return { chunk, index: newer + length - 1 - back };
      newer += length;
    }
    throw new RangeError(`only ${this.#count} older lines are loaded, not ${back}`);
  }

  #linesOf(chunk: Chunk): readonly HistoryLine[] {
    if (chunk.lines) return chunk.lines;
    const found = new CollectedLines();
    new LineReplay(this.#reader.segmentRecords(chunk.info), chunk.until, found).run();
    const lines = found.all.slice(chunk.from);
    this.#keep(chunk, lines);
    return lines;
  }

  async #reload(chunk: Chunk): Promise<void> {
    const found = new CollectedLines();
    await new LineReplay(this.#reader.segmentRecords(chunk.info), chunk.until, found).runInSlices();
    if (!chunk.lines) this.#keep(chunk, found.all.slice(chunk.from));
  }

  #keep(chunk: Chunk, lines: readonly HistoryLine[]): void {
    chunk.lines = lines;
    this.#recent.push(chunk);
    if (this.#recent.length > KEPT_SEGMENTS) {
      const oldest = this.#recent.shift();
      if (oldest) oldest.lines = undefined;
    }
  }
}

const EMPTY: HistoryLine = { cells: 0, wide: false, bytes: new Uint8Array([0]) };

/** Every line of a replay but those that were there already, oldest first. */
class CollectedLines implements LineTaker {
  readonly all: HistoryLine[] = [];
  /** Where the lines of the present generation begin. */
  clearedAt = 0;

  line(line: HistoryLine): void {
    this.all.push({ ...line, bytes: line.bytes.slice() });
  }

  cleared(): void {
    this.clearedAt = this.all.length;
  }
}
