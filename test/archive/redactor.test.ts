import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Redactor, redactionPatterns } from '../../src/archive/redactor.ts';

/** Feeds the pieces and returns what was let out, and how many bytes of the source that stands for. */
function redacted(pieces: readonly Uint8Array[], patterns: readonly string[], release = true) {
  let span = 0;
  const out: Uint8Array[] = [];
  const redactor = new Redactor(
    {
      output: (bytes, count) => {
        out.push(bytes.slice());
        span += count;
      },
      mark: () => {},
    },
    redactionPatterns(patterns),
  );
  for (const piece of pieces) redactor.output(piece, piece.length);
  if (release) redactor.release();
  return { text: Buffer.concat(out).toString(), span, held: redactor.held };
}

const KEY = 'AKIA[A-Z0-9]{16}';

it('a match becomes as many columns of asterisks, also of wide characters', () => {
  const text = 'id AKIAABCDEFGHIJKLMNOP.\r\n秘密 is out\r\n';
  assert.equal(redacted([Buffer.from(text)], [KEY, '秘密']).text, `id ${'*'.repeat(20)}.\r\n**** is out\r\n`);
});

it('a match is found behind and between escape sequences, which stay', () => {
  const text = '\x1b[31mAKIAABCD\x1b[1mEFGHIJKLMNOP\x1b[m\n';
  assert.equal(redacted([Buffer.from(text)], [KEY]).text, '\x1b[31m********\x1b[1m************\x1b[m\n');
});

it('titles and addresses of links are looked at, the kind of their sequence is not', () => {
  const text = '\x1b]2;7 secrets\x07\x1b]8;;http://h/?secrets=2\x1b\\x\x1b]8;;\x1b\\\n';
  assert.equal(
    redacted([Buffer.from(text)], ['secrets', '\\d']).text,
    '\x1b]2;* *******\x07\x1b]8;;http://h/?*******=*\x1b\\x\x1b]8;;\x1b\\\n',
  );
});

it('the end of a line waits, and what is out already is remembered', () => {
  const out: string[] = [];
  const redactor = new Redactor(
    { output: (bytes) => out.push(Buffer.from(bytes).toString()), mark: () => {} },
    redactionPatterns(['token=\\w+']),
  );
  const feed = (text: string): void => redactor.output(Buffer.from(text), text.length);
  feed('one\ntok');
  feed('en=ab');
  assert.deepEqual(out, ['one\n']);
  redactor.release();
  feed('cd\n');
  assert.deepEqual(out, ['one\n', '********', '**\n']);
});

it('however output is cut, the same comes out, and every byte of it is accounted for', () => {
  const word = fc.constantFrom(
    'AKIAABCDEFGHIJKLMNOP',
    'AKIA',
    '\x1b[1;31m',
    '\x1b]0;AKIAABCDEFGHIJKLMNOP\x07',
    'é漢',
    '\r',
    '\n',
    ' text ',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.array(fc.nat(300), { maxLength: 8 }), (words, cuts) => {
      const bytes = Buffer.from(words.join(''));
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      const whole = redacted([bytes], [KEY]);
      const cut = redacted(pieces, [KEY]);
      assert.equal(cut.text, whole.text);
      assert.equal(cut.span, bytes.length);
      assert.ok(!cut.text.includes('AKIAABCDEFGHIJKLMNOP'));
      assert.equal(cut.text.replace(/\*/g, '').length, whole.text.replace(/\*/g, '').length);
    }),
    { seed: 7, numRuns: 500 },
  );
});

it('a line without an end is not held for ever', () => {
  const { text, held } = redacted([Buffer.alloc(40_000, 'x')], [KEY], false);
  assert.equal(text.length, 40_000);
  assert.equal(held, 0);
});
