import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fnmatch } from '../../src/model/fnmatch.ts';

test('stars, question marks, sets and escapes', () => {
  for (const [pattern, text] of [
    ['', ''],
    ['*', ''],
    ['a*', 'a'],
    ['*b*c*', 'abxcx'],
    ['*ab*ab', 'abab'],
    ['*1*2*', 'x1y2z'],
    ['a?c', 'aéc'],
    ['[!a-c]x', 'dx'],
    ['[]]', ']'],
    ['\\*', '*'],
    ['[', '['],
    ['*\n*', 'a\nb'],
  ] as const)
    assert.ok(fnmatch(pattern, text), `${pattern} ${text}`);
  for (const [pattern, text] of [
    ['', 'a'],
    ['*ab*ab', 'ab'],
    ['a*b', 'ba'],
    ['a?', 'a'],
    ['[!a-c]x', 'ax'],
    ['\\*', 'a'],
    ['A', 'a'],
  ] as const)
    assert.ok(!fnmatch(pattern, text), `${pattern} ${text}`);
  assert.ok(fnmatch('*ToK*', 'my_TOKEN', true));
});

test('stars match what a search of every division finds', () => {
  /** By definition: a star is any number of characters. */
  const divided = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === '';
    if (pattern[0] !== '*') return text[0] === pattern[0] && divided(pattern.slice(1), text.slice(1));
    return divided(pattern.slice(1), text) || (text !== '' && divided(pattern, text.slice(1)));
  };
  const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 });
  fc.assert(
    fc.property(letters('ab*'), letters('ab'), (pattern, text) => {
      assert.equal(fnmatch(pattern, text), divided(pattern, text));
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('a long text of almost what is looked for takes no time', { timeout: 60_000 }, () => {
  assert.ok(!fnmatch('*://*:*@*', 'a://:'.repeat(25_000)));
});
