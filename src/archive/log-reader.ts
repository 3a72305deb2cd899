import { join } from 'node:path';
import { loggedPanes, logRoot, readMeta, segmentFiles } from './log-folder.ts';
import type { LogRecord, OutputRecord, PaneMeta, StartRecord } from './records.ts';
import {
  type PlacedMark,
  type SegmentInfo,
  segmentInfo,
  segmentMarks,
  segmentRecords,
} from './segment-reader.ts';

export type { PlacedMark, SegmentInfo };

/** A pane that has a log: living, or ended and not forgotten yet. */
export interface LoggedPane {
  readonly pane: string;
  readonly folder: string;
  /** undefined for a pane that died before it could be described. */
  readonly meta: PaneMeta | undefined;
}

/** Panes with logs in a daemon's state folder, in no order. */
export function listLogs(stateFolder: string): LoggedPane[] {
  const root = logRoot(stateFolder);
  return loggedPanes(root).map((pane) => {
    const folder = join(root, pane);
    return { pane, folder, meta: readMeta(folder) };
  });
}

/**
 * A pane's log as it is on disk now; its daemon may be writing it. Nothing is kept open and
 * nothing read before it is asked for, a segment (some MiB) at a time. Whatever is damaged or
 * missing becomes a gap; nothing throws but for a disk that cannot be read.
 */
export class LogReader {
  readonly #folder: string;
  #segments: readonly SegmentInfo[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.refresh();
  }

  /** Oldest first. */
  get segments(): readonly SegmentInfo[] {
    return this.#segments;
  }

  /** Looks for what has been written since. */
  refresh(): void {
    const found = new Map<number, SegmentInfo>();
    for (const file of segmentFiles(this.#folder)) {
      if (found.has(file.number)) continue;
      const info = segmentInfo(file);
      if (info) found.set(file.number, info);
    }
    this.#segments = [...found.values()];
  }

  /** The segment to begin with for what was on the screen at `time`; undefined where there is none at all. */
  segmentAt(time: number): SegmentInfo | undefined {
    return this.#segments.findLast(({ from }) => from <= time) ?? this.#segments[0];
  }

  /**
   * Records in their order, from the beginning of a segment on (its number; default the oldest).
   * Restore the emulator from the first start that has a state, and from every start that
   * follows a gap; other starts only say again what is known.
   */
  *records(from = this.#segments[0]?.number ?? 0): Generator<LogRecord> {
    let seen: Seen | undefined;
    for (const [i, info] of this.#segments.entries()) {
      if (info.number < from) continue;
      let start: StartRecord | undefined;
      for (const record of this.#read(info, i < this.#segments.length - 1)) {
        if (start) {
          yield* begin(start, seen, record.kind === 'gap');
          seen = seenAt(start, seen);
          start = undefined;
        }
        if (record.kind === 'start') {
          start = record;
          continue;
        }
        if (record.kind !== 'output') {
          yield record;
          continue;
        }
        seen ??= { life: '', end: 0 };
        const fresh = unseen(record, seen.end);
        if (!fresh) continue;
        seen.end = fresh.end;
        yield fresh;
      }
      if (!start) continue;
      yield* begin(start, seen, false);
      seen = seenAt(start, seen);
    }
  }

  /** Records of one segment alone. */
  segmentRecords(info: SegmentInfo): Generator<LogRecord> {
    return this.#read(info, info !== this.#segments.at(-1));
  }

  /** What the shells reported, oldest first. */
  marks(): PlacedMark[] {
    return this.#segments.flatMap(({ file }) => {
      try {
        return segmentMarks(file);
      } catch (error) {
        return missing(error);
      }
    });
  }

  *#read({ file }: SegmentInfo, closed: boolean): Generator<LogRecord> {
    try {
      yield* segmentRecords(file, closed || file.packed);
    } catch (error) {
      yield* missing(error);
    }
  }
}

/** Nothing for a file that retention or compression has just taken away. @throws any other error. */
function missing(error: unknown): never[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}

/** Output of this life has been read up to `end`. */
interface Seen {
  readonly life: string;
  end: number;
}

function seenAt({ life, offset }: StartRecord, before: Seen | undefined): Seen {
  return { life, end: before?.life === life ? Math.max(before.end, offset) : offset };
}

/** The writer knows why there is a gap; where it does not say so, something has been lost since. */
function* begin(start: StartRecord, before: Seen | undefined, told: boolean): Generator<LogRecord> {
  const { time, offset, life } = start;
  if (before?.life === life && before.end < offset && !told)
    yield { kind: 'gap', time, reason: 'lost', until: time, from: before.end, to: offset };
  yield start;
}

/** What of a record was not there before: a segment may say something again that follows a damaged one. */
function unseen(record: OutputRecord, end: number): OutputRecord | undefined {
  if (record.offset >= end) return record;
  // Where bytes were replaced nobody knows which of them stand for what.
  if (record.end <= end || record.bytes.length !== record.end - record.offset) return undefined;
  return { ...record, offset: end, bytes: record.bytes.subarray(end - record.offset) };
}
