import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PrintedLines } from '../../src/archive/printed-lines.ts';

function linesOf(pieces: readonly Uint8Array[]): string[] {
  const lines = new PrintedLines();
  const found = pieces.flatMap((piece, time) => [...lines.feed(piece, time)]);
  const open = lines.end();
  return [...found, ...(open ? [open] : [])].map(({ text }) => text);
}

const OUTPUT = [
  '\x1b[1;31merror:\x1b[0m no such file\r\n',
  '\x1b]0;a title\x07$ ls\r\n',
  '\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ text\r\n',
  '10 %\r50 %\r100 %\r\n',
  'naïve 漢字 👍\n',
  '\x1b[5;1Hrow five\x1b[6;1Hrow six',
  '\n\x1bPq#0;2;0;0;0\x1b\\after a picture',
].join('');
const EXPECTED = [
  'error: no such file',
  '$ ls',
  'link text',
  '100 %',
  'naïve 漢字 👍',
  'row five',
  'row six',
  'after a picture',
];

test('text without its control sequences, a line for each row', () => {
  assert.deepEqual(linesOf([Buffer.from(OUTPUT)]), EXPECTED);
});

test('the same however the output is cut', () => {
  const bytes = Buffer.from(OUTPUT);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      assert.deepEqual(
        linesOf(places.slice(1).map((end, index) => bytes.subarray(places[index], end))),
        EXPECTED,
      );
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('a line has the time of its last character, and one without end is cut', () => {
  const lines = new PrintedLines();
  assert.deepEqual([...lines.feed(Buffer.from('begun'), 5)], []);
  assert.deepEqual([...lines.feed(Buffer.from(' done\n'), 9)], [{ text: 'begun done', time: 9 }]);
  const flood = [...Array(300).keys()].flatMap((time) => [
    ...lines.feed(Buffer.from('\x1b[m'.padEnd(1000, 'x')), time),
  ]);
  assert.ok(flood.length >= 4);
});
