import { Decoder, Encoder } from '@msgpack/msgpack';
import { MAX_HOLDER_FRAME_BYTES } from './wire.ts';

/**
 * Frames of the holder's protocol on a byte stream; see wire.ts. The lengths stand
 * in front, so a payload is handed on as a view of what was read, never copied or
 * searched, and a reader knows at once when a frame is too large to be true.
 */

/** A frame that cannot be read: the stream is lost, end the connection. */
export class FrameError extends Error {}

/** A decoded frame; the header is checked for its shape by whoever knows the direction. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
}

/** u32 length of the rest, u32 length of the header. */
const PREFIX_BYTES = 8;
const LENGTH_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

/** The frame up to its payload, which is sent as it is right after. */
export function encodeFrameHead(header: object, payloadBytes = 0): Uint8Array {
  const body = encoder.encodeSharedRef(header);
  const rest = LENGTH_BYTES + body.length + payloadBytes;
  if (rest > MAX_HOLDER_FRAME_BYTES) throw new FrameError(`a frame of ${rest} bytes is too large to send`);
  const head = Buffer.allocUnsafe(PREFIX_BYTES + body.length);
  head.writeUInt32BE(rest, 0);
  head.writeUInt32BE(body.length, LENGTH_BYTES);
  head.set(body, PREFIX_BYTES);
  return head;
}

/** Cuts a stream into frames, however it arrives in pieces. Holds at most one unfinished frame. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Bytes that the unfinished frame needs to go on; 0 while its length is unknown. */
  #wanted = 0;

  /**
   * Takes the next piece and yields what it completes. Payloads are views of the pieces.
   * @throws FrameError when the stream is not of this protocol; the reader is useless then.
   */
  *push(piece: Uint8Array): Generator<Frame, void> {
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held < Math.max(this.#wanted, PREFIX_BYTES)) return;
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#held);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#wanted = 0;
    let at = 0;
    while (bytes.length - at >= PREFIX_BYTES) {
      const length = view.getUint32(at);
      const headerLength = view.getUint32(at + LENGTH_BYTES);
      if (length > MAX_HOLDER_FRAME_BYTES) throw new FrameError(`a frame of ${length} bytes is too large`);
      if (LENGTH_BYTES + headerLength > length) throw new FrameError('a header is longer than its frame');
      if (bytes.length - at < LENGTH_BYTES + length) {
        this.#wanted = LENGTH_BYTES + length;
        break;
      }
      const headerAt = at + PREFIX_BYTES;
      const payloadAt = headerAt + headerLength;
      at += LENGTH_BYTES + length;
      yield {
        header: decodeHeader(bytes.subarray(headerAt, payloadAt)),
        payload: payloadAt === at ? NO_BYTES : bytes.subarray(payloadAt, at),
      };
    }
    this.#held = bytes.length - at;
    this.#pieces = this.#held === 0 ? [] : [bytes.subarray(at)];
  }
}

function decodeHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = decoder.decode(bytes);
  } catch (error) {
    throw new FrameError(`a header is not msgpack: ${(error as Error).message}`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new FrameError('a header is not a map');
  if (typeof (header as Record<string, unknown>).t !== 'string')
    throw new FrameError('a header does not name its message');
  return header as Record<string, unknown>;
}
