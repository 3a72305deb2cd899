import type { Frame } from './framing.ts';
import type { GapRecord, LogRecord, MarkRecord, ResizeRecord, StartRecord } from './records.ts';

/** Kinds of frames. Numbers are never used again; a reader passes over those that it does not know. */
export const FrameType = {
  /** JSON: what a StartRecord says but for its state. */
  start: 1,
  /** u48 offset | u32 bytes of the program's output that these stand for | bytes */
  output: 2,
  /** u32 size */
  input: 3,
  /** u48 offset | u16 columns | u16 rows */
  resize: 4,
  /** u48 offset | JSON of the report */
  mark: 5,
  /** JSON */
  gap: 6,
  /** The emulator's state at the start, of Emulator.saveState. */
  state: 7,
  /** Frames of the segment as it was written, deflated together. */
  packed: 8,
  /** JSON: marks and last offset of a packed segment. */
  index: 9,
} as const;

export const OUTPUT_HEAD_BYTES = 10;

export function writeOutputHead(into: Buffer, at: number, offset: number, span: number): void {
  into.writeUIntBE(offset, at, 6);
  into.writeUInt32BE(span, at + 6);
}

export function encodeInput(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(size);
  return bytes;
}

export function encodeResize({ offset, cols, rows }: Omit<ResizeRecord, 'kind' | 'time'>): Buffer {
  const bytes = Buffer.allocUnsafe(10);
  bytes.writeUIntBE(offset, 0, 6);
  bytes.writeUInt16BE(cols, 6);
  bytes.writeUInt16BE(rows, 8);
  return bytes;
}

export function encodeMark({ offset, report }: Pick<MarkRecord, 'offset' | 'report'>): Buffer {
  const head = Buffer.allocUnsafe(6);
  head.writeUIntBE(offset, 0, 6);
  return Buffer.concat([head, Buffer.from(JSON.stringify(report))]);
}

export function encodeGap({ reason, until, from, to }: Omit<GapRecord, 'kind' | 'time'>): Buffer {
  return Buffer.from(JSON.stringify({ reason, until, from, to }));
}

export function encodeStart(start: Omit<StartRecord, 'kind' | 'time' | 'state'>): Buffer {
  const { offset, life, cols, rows, generation, lines, scrollback, hidden } = start;
  return Buffer.from(JSON.stringify({ offset, life, cols, rows, generation, lines, scrollback, hidden }));
}

/** The record of a frame; undefined for frames that are none of their own. A start comes without its state. */
export function decodeRecord({ type, time, payload }: Frame): LogRecord | undefined {
  switch (type) {
    case FrameType.start: {
      const start = json(payload) as Omit<StartRecord, 'kind' | 'time' | 'state'>;
      return { ...start, kind: 'start', time, state: undefined };
    }
    case FrameType.output: {
      const offset = payload.readUIntBE(0, 6);
      const end = offset + payload.readUInt32BE(6);
      return { kind: 'output', time, offset, end, bytes: payload.subarray(OUTPUT_HEAD_BYTES) };
    }
    case FrameType.input:
      return { kind: 'input', time, size: payload.readUInt32BE(0) };
    case FrameType.resize: {
      const offset = payload.readUIntBE(0, 6);
      return { kind: 'resize', time, offset, cols: payload.readUInt16BE(6), rows: payload.readUInt16BE(8) };
    }
    case FrameType.mark: {
      const report = json(payload.subarray(6)) as MarkRecord['report'];
      return { kind: 'mark', time, offset: payload.readUIntBE(0, 6), report };
    }
    case FrameType.gap: {
      const { reason, until, from, to } = json(payload) as Omit<GapRecord, 'kind' | 'time'>;
      return { kind: 'gap', time, reason, until, from, to };
    }
    default:
      return undefined;
  }
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
}
