import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { bytesOf, hasEscapes, textOf } from '../../src/base/byte-text.ts';

/** Bytes among which there are characters, halves of them, and escapes. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.integer({ min: 0x10_ff00, max: 0x10_ffff }).map((code) => Buffer.from(String.fromCodePoint(code))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

it('gives every sequence of bytes again, also after a way through UTF-8', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = textOf(bytes);
      assert.deepEqual(bytesOf(text), bytes);
      assert.equal(Buffer.from(text).toString(), text);
    }),
    { seed: 7 },
  );
});

it('leaves plain text as it is', () => {
  assert.equal(textOf(Buffer.from('grüße 👋')), 'grüße 👋');
  assert.equal(hasEscapes('grüße 👋'), false);
  assert.equal(hasEscapes(textOf(Buffer.from([0x61, 0xff]))), true);
});

it('tells different bytes apart: a byte, and the character that stands for it', () => {
  const byte = Buffer.from([0xff]);
  const character = Buffer.from(textOf(byte));
  assert.notEqual(textOf(byte), textOf(character));
});
