import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { type Damage, type Frame, frameAt, frames, type Salt, saltOf } from './framing.ts';
import { type SegmentFileName, segmentPath } from './log-folder.ts';
import { decodeRecord, FrameType } from './record-codec.ts';
import type { GapReason, LogRecord, MarkRecord, StartRecord } from './records.ts';

/** A segment's first frame is in so many bytes. */
const START_BYTES = 4096;
/** What 64 KiB of frames may inflate to, and a state that is alone in its block. */
const MAX_BLOCK_BYTES = 512 * 1024 * 1024;

/** What can be known of a segment without reading it. */
export interface SegmentInfo {
  readonly file: SegmentFileName;
  readonly number: number;
  /** Time of its start, and when it was last written. */
  readonly from: number;
  readonly to: number;
  /** On disk. */
  readonly bytes: number;
  /** Without state; undefined where it is damaged. */
  readonly start: StartRecord | undefined;
}

/** A mark, and the segment in which it is. */
export type PlacedMark = MarkRecord & { readonly segment: number };

/** undefined for one that has gone meanwhile. */
export function segmentInfo(file: SegmentFileName): SegmentInfo | undefined {
  let fd: number;
  try {
    fd = openSync(file.path, 'r');
  } catch {
    return file.packed ? undefined : segmentInfo(packedName(file));
  }
  try {
    const { size, mtimeMs } = fstatSync(fd);
    const head = Buffer.alloc(Math.min(START_BYTES, size));
    readSync(fd, head, 0, head.length, 0);
    const frame = frameAt(head, 0, saltOf(file.salt));
    const record = frame && decodeRecord(frame);
    const start = record?.kind === 'start' ? record : undefined;
    const to = Math.floor(mtimeMs);
    return { file, number: file.number, from: start?.time ?? to, to, bytes: size, start };
  } finally {
    closeSync(fd);
  }
}

/**
 * Records of one segment. Damage becomes a gap.
 * @param closed whether nobody writes to it any more: then what follows the last good record is damage as well.
 */
export function* segmentRecords(file: SegmentFileName, closed: boolean): Generator<LogRecord> {
  let start: StartRecord | undefined;
  let damaged = false;
  let time: number | undefined;
  let end: number | undefined;
  for (const frame of allFrames(file, closed)) {
    if (frame.type === 'damage') {
      damaged = true;
      continue;
    }
    if (start) {
      yield frame.type === FrameType.state ? { ...start, state: frame.payload } : start;
      start = undefined;
    }
    const record = decodeRecord(frame);
    if (damaged) {
      const to = record && 'offset' in record ? record.offset : undefined;
      yield { kind: 'gap', reason: 'damaged', time: time ?? frame.time, until: frame.time, from: end, to };
      damaged = false;
    }
    time = frame.time;
    if (!record) continue;
    if ('end' in record) end = record.end;
    else if ('offset' in record) end = record.offset;
    if (record.kind === 'start') start = record;
    else yield record;
  }
  if (start) yield start;
  if (damaged) {
    const until = segmentInfo(file)?.to;
    yield { kind: 'gap', reason: 'damaged', time: time ?? until ?? 0, until, from: end, to: undefined };
  }
}

/** Marks of a segment; of a compressed one without inflating it. */
export function segmentMarks(file: SegmentFileName): PlacedMark[] {
  const marks: PlacedMark[] = [];
  for (const frame of frames(segmentBytes(file), saltOf(file.salt))) {
    if (frame.type === 'damage') continue;
    if (frame.type === FrameType.index) {
      const index = JSON.parse(frame.payload.toString()) as { marks: MarkRecord[] };
      return index.marks.map((mark) => ({ ...mark, segment: file.number }));
    }
    if (frame.type !== FrameType.mark) continue;
    const mark = decodeRecord(frame);
    if (mark?.kind === 'mark') marks.push({ ...mark, segment: file.number });
  }
  if (!file.packed) return marks;
  for (const record of segmentRecords(file, true))
    if (record.kind === 'mark') marks.push({ ...record, segment: file.number });
  return marks;
}

/** Where a segment ends. */
export interface SegmentEnd {
  /** One past the last good frame of the file, and the number that the next frame gets. */
  readonly place: number;
  readonly next: number;
  /** undefined where its start is damaged. */
  readonly life: string | undefined;
  /** Offset of the output that comes next. */
  readonly end: number;
  readonly size: { cols: number; rows: number };
  /** Times of its first and last record. */
  readonly begun: number;
  readonly time: number;
  readonly hidden: number | undefined;
  /** The log was stopped on purpose there. */
  readonly stopped: GapReason | undefined;
}

export function segmentEnd(file: SegmentFileName): SegmentEnd {
  const found = { place: 0, next: 0, end: 0, size: { cols: 0, rows: 0 }, begun: 0, time: 0 };
  let start: StartRecord | undefined;
  let stopped: GapReason | undefined;
  for (const frame of allFrames(file, false)) {
    if (frame.type === 'damage') continue;
    found.place = frame.end;
    found.next = frame.number + 1;
    found.time = frame.time;
    found.begun ||= frame.time;
    const record = decodeRecord(frame);
    if (!record) continue;
    stopped = record.kind === 'gap' && record.until === undefined ? record.reason : undefined;
    if (record.kind === 'start') start = record;
    if ('cols' in record) found.size = { cols: record.cols, rows: record.rows };
    if ('end' in record) found.end = record.end;
    else if ('offset' in record) found.end = record.offset;
  }
  return { ...found, life: start?.life, hidden: start?.hidden, stopped };
}

/** The frames as they were written, whether compressed since or not. */
export function* allFrames(file: SegmentFileName, closed: boolean): Generator<Frame | Damage> {
  const salt = saltOf(file.salt);
  const bytes = segmentBytes(file);
  // Within a compressed file the numbers go on from block to block, unless one is missing.
  let last: number | undefined = -1;
  let end = 0;
  for (const frame of frames(bytes, salt)) {
    if (frame.type === 'damage') {
      yield frame;
      last = undefined;
      continue;
    }
    end = frame.end;
    if (frame.type === FrameType.start) last = frame.number;
    if (frame.type !== FrameType.packed) {
      if (frame.type !== FrameType.index) yield frame;
      continue;
    }
    for (const inner of unpacked(frame, salt, last)) {
      yield inner;
      if (inner.type !== 'damage') last = inner.number;
    }
  }
  if (closed && end < bytes.length) yield { type: 'damage', at: end, end: bytes.length };
}

/** Of the compressed file, where that has taken the place of the one that was found. */
function segmentBytes(file: SegmentFileName): Buffer {
  try {
    return readFileSync(file.path);
  } catch (error) {
    if (file.packed || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return readFileSync(packedName(file).path);
  }
}

/** Of the file that takes the place of this one when it is compressed. */
function packedName({ path, number, salt }: SegmentFileName): SegmentFileName {
  return { number, salt, packed: true, path: segmentPath(dirname(path), number, salt, true) };
}

function* unpacked({ payload, at, end }: Frame, salt: Salt, last: number | undefined) {
  let block: Buffer;
  try {
    block = inflateRawSync(payload, { maxOutputLength: MAX_BLOCK_BYTES });
  } catch {
    yield { type: 'damage', at, end } satisfies Damage;
    return;
  }
  yield* frames(block, salt, last);
}
