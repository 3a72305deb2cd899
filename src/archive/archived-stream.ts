import { setImmediate as turn } from 'node:timers/promises';
import type { HistoryLine } from '../term/emulator/history-line.ts';
import { LineReplay } from './line-replay.ts';
import { LogReader } from './log-reader.ts';
import type { LogRecord } from './records.ts';
import type { SegmentInfo } from './segment-reader.ts';

/** A segment, and the lines that are wanted of it. */
interface Stretch {
  readonly info: SegmentInfo;
  /** Number of the first line that is not. */
  until: number;
}

/** The line's bytes are lent: they change after the call. It does not throw. */
export type TakeLine = (line: HistoryLine) => void;

/**
 * The lines of `ArchivedLines` for whoever reads them once from their beginning on: the
 * oldest first, each segment replayed once, and none of its lines kept. What comes first is
 * known without any replay, by the numbers that segments begin with.
 */
export class ArchivedStream {
  readonly #reader: LogReader;
  readonly #generation: number;
  /** Oldest first. */
  readonly #stretches: Stretch[] = [];

  /** The same parameters as `ArchivedLines`. */
  constructor(folder: string, before: number, generation: number) {
    this.#reader = new LogReader(folder);
    this.#generation = generation;
    let known = before;
    for (const info of this.#reader.segments.toReversed()) {
      const { start } = info;
      if (!start || start.lines >= known) continue;
      if (start.generation > generation) break;
      this.#stretches.unshift({ info, until: known });
      known = start.lines;
      // What was cleared in it, or before it, is not come back to.
      if (start.generation !== generation) break;
    }
  }

  /** Segments with lines. */
  get segments(): number {
    return this.#stretches.length;
  }

  /** Names a segment's lines, which are the same ever after. */
  name(index: number): string {
    const stretch = this.#stretches[index];
    return stretch ? `${stretch.info.file.salt}-${stretch.until}` : '';
  }

  /**
   * The lines from a segment on. Yields after some 2 ms' worth, when others have had their
   * turn; whoever has enough ends the iteration.
   */
  async *read(from: number, take: TakeLine): AsyncGenerator<void> {
    let before: TakenReplay | undefined;
    try {
      for (const stretch of this.#stretches.slice(from)) {
        const replay = this.#open(stretch, take);
        yield* replay.slices();
        if (replay.taken > 0) {
          before?.dispose();
          before = replay;
          continue;
        }
        // Nothing can be had of it: as far as the one before knows its lines, they come from there.
        replay.dispose();
        before?.goOn(stretch.until);
        if (before) yield* before.slices();
      }
    } finally {
      before?.dispose();
    }
  }

  /** The lines of one segment; where it has none, its part falls to the one before and it is one no more. */
  async readOne(index: number, take: TakeLine): Promise<void> {
    const stretch = this.#stretches[index];
    if (!stretch) return;
    const replay = this.#open(stretch, take);
    try {
      for await (const _ of replay.slices());
    } finally {
      replay.dispose();
    }
    if (replay.taken > 0) return;
    const older = this.#stretches[index - 1];
    if (older) older.until = stretch.until;
    this.#stretches.splice(index, 1);
  }

  #open({ info, until }: Stretch, take: TakeLine): TakenReplay {
    return new TakenReplay(this.#reader.segmentRecords(info), until, this.#generation, take);
  }
}

/** A replay of which the lines of one generation are taken. */
class TakenReplay {
  /** Lines so far. */
  taken = 0;
  readonly #replay: LineReplay;

  constructor(records: Iterator<LogRecord>, until: number, generation: number, take: TakeLine) {
    this.#replay = new LineReplay(records, until, {
      line: (line) => {
        if (this.#replay.generation !== generation) return;
        this.taken++;
        take(line);
      },
      cleared: () => {},
    });
  }

  async *slices(): AsyncGenerator<void> {
    while (this.#more()) {
      await turn();
      yield;
    }
  }

  goOn(until: number): void {
    this.#replay.goOn(until);
  }

  dispose(): void {
    this.#replay.dispose();
  }

  /** Where the state is damaged or of another version nothing, or nothing more, is to be had. */
  #more(): boolean {
    try {
      return this.#replay.slice();
    } catch {
      return false;
    }
  }
}
