import assert from 'node:assert/strict';
import { it } from 'node:test';
import { StopMarks } from '../../../src/portal/exec/stop-marks.ts';

const NAME = 'V1StGXR8_Z5jdHi6B-myT';
const MARK = `\x1b_zmx-stopped ${NAME}\x1b\\`;

/** Output as the shim gets it, with `|` where the job stopped; the pieces as they come from the remote. */
function shown(pieces: readonly string[]): string {
  const marks = new StopMarks(NAME);
  const split = pieces.flatMap((piece) => [...marks.split(Buffer.from(piece))]);
  return [...split, marks.end()]
    .map((piece) => (piece === 'stopped' ? '|' : Buffer.from(piece).toString()))
    .join('');
}

it('a mark is found wherever the output is cut, and the rest stays as it is', () => {
  const text = `one\x1b[1m${MARK}two\x1b_zmx-stopped ${MARK}${MARK}\x1b\x1b_zmx`;
  const expected = 'one\x1b[1m|two\x1b_zmx-stopped ||\x1b\x1b_zmx';
  for (let first = 0; first <= text.length; first++)
    for (let second = first; second <= text.length; second += 7)
      assert.equal(
        shown([text.slice(0, first), text.slice(first, second), text.slice(second)]),
        expected,
        `cut at ${first} and ${second}`,
      );
});

it('another name is output', () => {
  const other = `\x1b_zmx-stopped ${'x'.repeat(21)}\x1b\\`;
  assert.equal(shown([other]), other);
});

it('nothing is held back that cannot be a mark', () => {
  const marks = new StopMarks(NAME);
  const at = (text: string) => [...marks.split(Buffer.from(text))].join('');
  assert.equal(at('prompt> '), 'prompt> ');
  assert.equal(at('\x1b[31m'), '\x1b[31m');
  assert.equal(at('x\x1b_z'), 'x');
  assert.equal(at('y'), '\x1b_zy');
});
