import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Records in a file, each of which can be found without the ones before it:
 *
 *     u32 sync | u32 CRC-32 of what follows | u32 length of the payload | u32 number
 *     | u48 time, ms | u8 type | payload
 *
 * `sync` and the CRC's start are random for each file and part of its name, so that a
 * program cannot print bytes that pass for records when the record around them is damaged.
 * Numbers grow by one: bytes that were moved or left out show.
 *
 * Not blocks of fixed size, as logs of databases have: a shell's records are of 10 bytes and a
 * flood's of 32 KiB, and both would be padded or split.
 */
export const FRAME_HEAD_BYTES = 23;
const BODY = 8;
/** A checkpoint of a very wide screen; a length above is damage. */
const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

/** Two random numbers that a file's frames are made with. */
export interface Salt {
  readonly sync: Buffer;
  readonly seed: number;
}

export function newSalt(): string {
  return randomBytes(8).toString('hex');
}

export function saltOf(hex: string): Salt {
  return { sync: Buffer.from(hex.slice(0, 8), 'hex'), seed: Number.parseInt(hex.slice(8), 16) };
}

export interface Frame {
  readonly number: number;
  readonly time: number;
  readonly type: number;
  readonly payload: Buffer;
  /** Head and payload. */
  readonly bytes: Buffer;
  /** Place in the file: first byte, and one past the last. */
  readonly at: number;
  readonly end: number;
}

/** Bytes that are no frame, between two that are: `end` is where the next good one begins. */
export interface Damage {
  readonly type: 'damage';
  readonly at: number;
  readonly end: number;
}

/** Writes the head of a frame whose payload stands behind it in `into`, or in `rest`. */
export function writeHead(
  into: Buffer,
  at: number,
  salt: Salt,
  frame: { number: number; time: number; type: number; length: number },
  rest: readonly Uint8Array[] = [],
): void {
  into.set(salt.sync, at);
  into.writeUInt32BE(frame.length, at + 8);
  into.writeUInt32BE(frame.number, at + 12);
  into.writeUIntBE(frame.time, at + 16, 6);
  into[at + 22] = frame.type;
  const here = frame.length - rest.reduce((sum, { length }) => sum + length, 0);
  let sum = crc32(into.subarray(at + BODY, at + FRAME_HEAD_BYTES + here), salt.seed);
  for (const part of rest) sum = crc32(part, sum);
  into.writeUInt32BE(sum, at + 4);
}

/** A frame of its own. */
export function encodeFrame(
  salt: Salt,
  frame: { number: number; time: number; type: number },
  payload: Uint8Array,
): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length);
  bytes.set(payload, FRAME_HEAD_BYTES);
  writeHead(bytes, 0, salt, { ...frame, length: payload.length });
  return bytes;
}

/** The frame that begins at `at`, or undefined. */
export function frameAt(bytes: Buffer, at: number, salt: Salt): Frame | undefined {
  if (at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  if (bytes.compare(salt.sync, 0, 4, at, at + 4) !== 0) return undefined;
  const length = bytes.readUInt32BE(at + 8);
  const end = at + FRAME_HEAD_BYTES + length;
  if (length > MAX_PAYLOAD_BYTES || end > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + BODY, end), salt.seed) !== bytes.readUInt32BE(at + 4)) return undefined;
  return {
    number: bytes.readUInt32BE(at + 12),
    time: bytes.readUIntBE(at + 16, 6),
    type: bytes[at + 22] as number,
    payload: bytes.subarray(at + FRAME_HEAD_BYTES, end),
    bytes: bytes.subarray(at, end),
    at,
    end,
  };
}

/**
 * All good frames in the order of the file; damage shows between them. What follows the last good
 * frame is not reported: nobody can tell a torn tail from one that is being written.
 * @param previous number of the frame before the first, -1 at a file's start; undefined where anything may come.
 */
export function* frames(
  bytes: Buffer,
  salt: Salt,
  previous: number | undefined = -1,
): Generator<Frame | Damage> {
  let last = previous;
  let good = 0;
  for (let at = 0; ; ) {
    const frame = frameAt(bytes, at, salt);
    if (frame && (last === undefined || frame.number > last)) {
      if (last !== undefined && (at > good || frame.number > last + 1))
        yield { type: 'damage', at: good, end: at };
      yield frame;
      last = frame.number;
      good = frame.end;
      at = frame.end;
      continue;
    }
    const next = bytes.indexOf(salt.sync, at + 1);
    if (next < 0) return;
    at = next;
  }
}
