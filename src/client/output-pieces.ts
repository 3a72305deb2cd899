import { ZmxError } from '../protocol/errors.ts';
import { OUTPUT_PIECE_BYTES, RESULT_READ } from '../protocol/messages/sessions.ts';
import type { Connection } from '../transport/types.ts';

/** Pieces that are asked for ahead: 2 MiB, what 100 Mbit/s have under way at 160 ms. */
const PIECES_AHEAD = 8;

/**
 * The standard output of a command that ended with `length` bytes of it, in order. Whoever
 * stops reading has no more than the pieces ahead in memory. Each piece is a request, which
 * is harmless to repeat, so that connections and daemons may come and go meanwhile.
 */
export async function* outputPieces(
  connection: Pick<Connection, 'request'>,
  op: string,
  length: number,
): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = [];
  let next = 0;
  while (next < length || ahead.length > 0) {
    while (next < length && ahead.length < PIECES_AHEAD) {
      const piece = readPiece(connection, op, next, Math.min(OUTPUT_PIECE_BYTES, length - next));
      piece.catch(() => {}); // told when its turn comes
      ahead.push(piece);
      next += OUTPUT_PIECE_BYTES;
    }
    const piece = await ahead.shift();
    if (piece) yield piece;
  }
}

async function readPiece(
  connection: Pick<Connection, 'request'>,
  op: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { payload } = await connection.request(RESULT_READ, { op, offset, length });
  const [piece] = payload;
  if (piece?.length !== length) throw new ZmxError('lost', 'a part of the output is lost: run it again');
  return piece;
}
