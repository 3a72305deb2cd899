/**
 * The first frame of every ZeroMQ message on a lane: 16 bytes, two big-endian u64.
 *
 *   seq   number of the message on this lane and direction, from 1;
 *         0: not numbered (handshake, ping), or no message at all
 *   ack   all messages of the other direction up to this one have arrived
 *
 * Binary, not msgpack, since it changes with every repetition while the message does not.
 */
const LANE_HEADER_BYTES = 16;

export interface LaneHeader {
  readonly seq: number;
  readonly ack: number;
}

const TWO_32 = 2 ** 32;

export function encodeLaneHeader(seq: number, ack: number): Uint8Array {
  const frame = Buffer.allocUnsafe(LANE_HEADER_BYTES);
  frame.writeUInt32BE(Math.floor(seq / TWO_32), 0);
  frame.writeUInt32BE(seq % TWO_32, 4);
  frame.writeUInt32BE(Math.floor(ack / TWO_32), 8);
  frame.writeUInt32BE(ack % TWO_32, 12);
  return frame;
}

/** `undefined` for a frame that is no lane header. */
export function decodeLaneHeader(frame: Buffer | undefined): LaneHeader | undefined {
  if (frame?.length !== LANE_HEADER_BYTES) return undefined;
  const seq = frame.readUInt32BE(0) * TWO_32 + frame.readUInt32BE(4);
  const ack = frame.readUInt32BE(8) * TWO_32 + frame.readUInt32BE(12);
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(ack)) return undefined;
  return { seq, ack };
}
