import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import type { HistoryLine, HistorySink } from '../../term/emulator/history-line.ts';
import { HistorySegment } from './history-segment.ts';

/** A place in the history that a checkpoint remembers. */
export interface HistoryMark {
  /** Grows when the history is cleared: a line is named by {generation, line}. */
  readonly generation: number;
  /** Number that the next line will have. */
  readonly next: number;
  /** The segment that was growing: number of its first line, and its length in bytes. */
  readonly segment: number;
  readonly bytes: number;
}

/** Written at a time; a system call for each line would cost more than the line. */
const WRITE_BYTES = 64 * 1024;
/** While the disk takes nothing, older lines than fit here are given up. */
const UNWRITTEN_LIMIT_BYTES = 16 * 1024 * 1024;

const SEGMENT_NAME = /^(\d+)-(\d+)\.(history|lines)$/;

/**
 * The lines of a pane that have left the emulator, oldest first, in append-only
 * segments of a folder. What follows the last checkpoint's mark is cut off after a
 * crash and comes again from the output that the holder kept, so that no line is
 * lost or doubled at whatever moment the process dies. A damaged line keeps its number,
 * and what is shown at its place says so.
 */
export class HistoryFile implements HistorySink {
  /** Files that were written since somebody synced them and took them out. */
  readonly unsynced = new Set<string>();
  readonly #folder: string;
  readonly #segments: HistorySegment[] = [];
  #generation: number;
  #next: number;
  #limit: number;
  #failure: string | undefined;
  readonly #holds = new Set<{ readonly first: number }>();

  /**
   * Opens the history as it was at `mark`, or an empty one without.
   * @param limit lines that are kept at least, while there are as many.
   */
  constructor(folder: string, limit: number, mark?: HistoryMark) {
    this.#folder = folder;
    this.#limit = limit;
    this.#generation = mark?.generation ?? 0;
    this.#next = mark?.next ?? 0;
    const kept: { first: number; path: string }[] = [];
    for (const name of this.#listFolder()) {
      const [, generation, first] = SEGMENT_NAME.exec(name) ?? [];
      const path = join(folder, name);
      if (mark && Number(generation) === mark.generation && Number(first) <= mark.segment)
        kept.push({ first: Number(first), path });
      else rmSync(path, { force: true, recursive: true });
    }
    kept.sort((a, b) => a.first - b.first);
    for (const [i, { first, path }] of kept.entries()) {
      // A line that is in no file, because its own is missing, counts as damaged.
      const count = (kept[i + 1]?.first ?? this.#next) - first;
      this.#segments.push(
        first === mark?.segment
          ? HistorySegment.reopened(path, first, count, mark.bytes)
          : HistorySegment.closed(path, first, count),
      );
    }
  }

  get generation(): number {
    return this.#generation;
  }

  /** Number of the oldest line that may be read. */
  get first(): number {
    const oldest = this.#segments[0]?.first ?? this.#next;
    return Math.max(oldest, this.#oldestWanted);
  }

  /** One past the number of the newest line. */
  get end(): number {
    return this.#next;
  }

  /** Lines that are known to have been damaged on the disk. */
  get lost(): number {
    return this.#segments.reduce((sum, { lost }) => sum + lost, 0);
  }

  /** Why the newest lines are not on disk, undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The present place; `flush` makes it last. */
  get mark(): HistoryMark {
    const growing = this.#segments.at(-1);
    return {
      generation: this.#generation,
      next: this.#next,
      segment: growing?.first ?? this.#next,
      bytes: growing?.bytes ?? 0,
    };
  }

  append(line: HistoryLine): void {
    let growing = this.#segments.at(-1);
    if (!growing?.grows) {
      growing = new HistorySegment(this.#path(this.#next), this.#next);
      this.#segments.push(growing);
      this.#trim();
    }
    growing.append(line);
    this.#next++;
    if (growing.unwritten >= WRITE_BYTES) this.flush();
  }

  /** What may be read now can be read until this is disposed of, however much follows it; only `clear` is stronger. */
  hold(): Disposable {
    const hold = { first: this.first };
    this.#holds.add(hold);
    return {
      dispose: () => {
        this.#holds.delete(hold);
        this.#trim();
      },
    };
  }

  clear(): void {
    this.#generation++;
    for (const segment of this.#segments.splice(0)) segment.remove();
  }

  setLimit(lines: number): void {
    this.#limit = lines;
    this.#trim();
  }

  /** Writes what only memory holds. Returns whether everything is on disk. */
  flush(): boolean {
    try {
      if (this.#segments.some(({ unwritten }) => unwritten > 0))
        mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      for (const [i, segment] of this.#segments.entries()) {
        if (segment.unwritten > 0) this.unsynced.add(segment.path);
        segment.flush();
        if (i < this.#segments.length - 1) segment.close();
      }
      this.#failure = undefined;
    } catch (error) {
      this.#failure = (error as Error).message;
    }
    return this.#failure === undefined;
  }

  /** The line with this number, which is from `first` up to `end`. */
  line(number: number): HistoryLine {
    const segment = this.#segments.findLast((one) => one.first <= number);
    if (!segment || number >= this.#next) throw new RangeError(`history has no line ${number}`);
    return segment.line(number - segment.first);
  }

  /** Cells << 1 | wide of the lines from `first` on, for laying them out. */
  *cells(): Generator<number> {
    const { first } = this;
    for (const segment of this.#segments) {
      const { cells } = segment;
      for (let i = Math.max(0, first - segment.first); i < cells.length; i++) yield cells[i] as number;
    }
  }

  /** Closes the files; `erase` removes them. */
  dispose(options: { erase: boolean }): void {
    this.flush();
    for (const segment of this.#segments.splice(0)) segment.close();
    if (options.erase) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Number of the oldest line that somebody may want. */
  get #oldestWanted(): number {
    let oldest = this.#next - this.#limit;
    for (const { first } of this.#holds) oldest = Math.min(oldest, first);
    return oldest;
  }

  #trim(): void {
    const unwritten = (): number => this.#segments.reduce((sum, segment) => sum + segment.unwritten, 0);
    for (;;) {
      const second = this.#segments[1];
      if (!second) return;
      const beyondLimit = second.first <= this.#oldestWanted;
      if (!beyondLimit && unwritten() < UNWRITTEN_LIMIT_BYTES) return;
      this.#segments.shift()?.remove();
    }
  }

  #path(first: number): string {
    return join(this.#folder, `${this.#generation}-${first}.history`);
  }

  #listFolder(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}
