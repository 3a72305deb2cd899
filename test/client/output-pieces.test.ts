import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { outputPieces } from '../../src/client/output-pieces.ts';
import { ZmxError } from '../../src/protocol/errors.ts';
import { OUTPUT_PIECE_BYTES } from '../../src/protocol/messages/sessions.ts';
import type { Connection } from '../../src/transport/types.ts';

interface Wish {
  readonly offset: number;
  readonly length: number;
}

/** A connection whose daemon answers each wish for a piece by itself. */
function answering(answer: (wish: Wish) => Promise<Uint8Array>): Pick<Connection, 'request'> {
  return {
    request: async (definition, body) => ({
      definition,
      body: { re: 1 } as never,
      payload: [await answer(body as unknown as Wish)],
    }),
  };
}

const numbered = ({ offset, length }: Wish): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (offset + i) % 251);

test('output comes in order, and no more of it is asked for ahead than some pieces', async () => {
  const length = 30 * OUTPUT_PIECE_BYTES + 17;
  const answers: (() => void)[] = [];
  let asked = 0;
  const connection = answering(
    (wish) =>
      new Promise((resolve) => {
        asked++;
        answers.push(() => resolve(numbered(wish)));
      }),
  );
  let taken = 0;
  let bytes = 0;
  const reading = (async () => {
    for await (const piece of outputPieces(connection, 'op', length)) {
      assert.equal(piece[0], bytes % 251);
      bytes += piece.length;
      taken++;
      await turn();
      assert.ok(asked - taken <= 8, `${asked - taken} pieces ahead`);
    }
  })();
  while (bytes < length) {
    // The newest first: the order of answers is not that of pieces.
    answers.pop()?.();
    await turn();
  }
  await reading;
  assert.equal(asked, 31);
});

test('a piece that is refused, or shorter than it should be, ends the output with a sentence', async () => {
  const read = async (answer: (wish: Wish) => Promise<Uint8Array>): Promise<void> => {
    for await (const _ of outputPieces(answering(answer), 'op', 20 * OUTPUT_PIECE_BYTES));
  };
  const gone = new ZmxError('ENOENT', 'not kept any more');
  await assert.rejects(
    read(async (wish) => {
      if (wish.offset > OUTPUT_PIECE_BYTES) throw gone;
      return numbered(wish);
    }),
    /not kept any more/,
  );
  await assert.rejects(
    read(async (wish) => numbered({ ...wish, length: Math.min(wish.length, 9) })),
    /a part of the output is lost/,
  );
});
