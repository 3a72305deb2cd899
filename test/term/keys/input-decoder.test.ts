import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputDecoder, MAX_PASTE_PIECE_BYTES } from '../../../src/term/keys/input-decoder.ts';
import type { InputEvent } from '../../../src/term/keys/input-events.ts';

function decode(text: string | Uint8Array): InputEvent[] {
  const decoder = new InputDecoder();
  return [...decoder.feed(Buffer.from(text)), ...decoder.flush()];
}

function names(text: string | Uint8Array): string[] {
  return decode(text).map((event) => (event.kind === 'key' ? event.key : event.kind));
}

/** Events in a form that does not depend on where the bytes were split: pieces of a paste joined, bytes as text. */
function canonical(events: readonly InputEvent[]): string[] {
  const lines: string[] = [];
  let pasted = '';
  for (const event of events) {
    if (event.kind === 'paste' && event.part === 'piece') {
      assert.ok(event.text.length <= MAX_PASTE_PIECE_BYTES);
      pasted += Buffer.from(event.text).toString('latin1');
      continue;
    }
    if (pasted !== '') lines.push(`pasted ${JSON.stringify(pasted)}`);
    pasted = '';
    lines.push(
      event.kind === 'key'
        ? `key ${event.key} ${Buffer.from(event.raw).toString('hex')}`
        : JSON.stringify(event),
    );
  }
  return pasted === '' ? lines : [...lines, `pasted ${JSON.stringify(pasted)}`];
}

const sequences: Readonly<Record<string, string>> = {
  a: 'a',
  é: 'é',
  '🙂': '🙂',
  '\x02': 'C-b',
  '\r': 'Enter',
  '\t': 'Tab',
  '\x7f': 'BSpace',
  '\0': 'C-Space',
  ' ': 'Space',
  '\x1b': 'Escape',
  '\x1b\x1b': 'M-Escape',
  '\x1bx': 'M-x',
  '\x1bé': 'M-é',
  '\x1b\x0b': 'M-C-k',
  '\x1b[': 'M-[',
  '\x1bO': 'M-O',
  '\x1b]': 'M-]',
  '\x1b]x': 'M-] x',
  '\x1b\x1bx': 'Escape M-x',
  '\x1b[A': 'Up',
  '\x1bOA': 'Up',
  '\x1b[1;5A': 'C-Up',
  '\x1b[1;8D': 'C-M-S-Left',
  '\x1b[a': 'S-Up',
  '\x1bOa': 'C-Up',
  '\x1b\x1b[A': 'M-Up',
  '\x1b[H': 'Home',
  '\x1b[1~': 'Home',
  '\x1b[7~': 'Home',
  '\x1b[3~': 'DC',
  '\x1b[3;3~': 'M-DC',
  '\x1b[3$': 'S-DC',
  '\x1b[3^': 'C-DC',
  '\x1b[3@': 'C-S-DC',
  '\x1bOP': 'F1',
  '\x1b[1;2P': 'S-F1',
  '\x1b[1;2R': 'S-F3',
  '\x1b[[E': 'F5',
  '\x1b[34~': 'F20',
  '\x1b[57376u': 'F13',
  '\x1bOM': 'KPEnter',
  '\x1bOp': 'KP0',
  '\x1b[Z': 'BTab',
  '\x1b[9;2u': 'BTab',
  '\x1b[97;5u': 'C-a',
  '\x1b[97;6u': 'S-C-a',
  '\x1b[97;3u': 'M-a',
  '\x1b[97;4u': 'M-A',
  '\x1b[49:33;4u': 'M-!',
  '\x1b[27u': 'Escape',
  '\x1b[13;2u': 'S-Enter',
  '\x1b[13;5u': 'C-Enter',
  '\x1b[32;5u': 'C-Space',
  '\x1b[97;1:3u': '',
  '\x1b[27;5;13~': 'C-Enter',
  '\x1b[27;2;65~': 'A',
  '\x1b[27;6;9~': 'C-BTab',
  '\x1b[99~': 'Unknown',
};

test('every known sequence is the key that tmux calls so, alone and between others', () => {
  for (const [bytes, expected] of Object.entries(sequences)) {
    assert.equal(names(bytes).join(' '), expected, JSON.stringify(bytes));
    const typeable = /^\x1b+[[O\]]?$/.test(bytes);
    if (!typeable)
      assert.equal(names(`x${bytes}y`).join(' '), ['x', expected, 'y'].filter(Boolean).join(' '));
  }
});

test('mouse, focus and replies are kept out of the keys', () => {
  assert.deepEqual(decode('\x1b[<0;11;6M\x1b[<0;11;6m\x1b[<65;1;1M\x1b[M !"\x1b[M#!!\x1b[I\x1b[O'), [
    { kind: 'mouse', button: 0, x: 10, y: 5, release: false },
    { kind: 'mouse', button: 0, x: 10, y: 5, release: true },
    { kind: 'mouse', button: 65, x: 0, y: 0, release: false },
    { kind: 'mouse', button: 0, x: 0, y: 1, release: false },
    { kind: 'mouse', button: 3, x: 0, y: 0, release: true },
    { kind: 'focus', focused: true },
    { kind: 'focus', focused: false },
  ]);
  const replies =
    '\x1b[?62;22c\x1b[>1;4000;29c\x1b[?2026;2$y\x1b[?1u\x1b[12;40R\x1bP>|kitty(0.32)\x1b\\\x1b]11;rgb:0/0/0\x07\x1bP1+r524742\x1b\\';
  assert.deepEqual(
    decode(replies).map((event) => (event.kind === 'reply' ? `${event.form} ${event.text}` : event.kind)),
    [
      'csi ?62;22c',
      'csi >1;4000;29c',
      'csi ?2026;2$y',
      'csi ?1u',
      'csi 12;40R',
      'dcs >|kitty(0.32)',
      'osc 11;rgb:0/0/0',
      'dcs 1+r524742',
    ],
  );
});

test('what was not typed waits for its end; what may have been waits for flush only', () => {
  const decoder = new InputDecoder();
  assert.deepEqual(decoder.feed(Buffer.from('\x1b[1;5')), []);
  assert.equal(decoder.pending, false);
  assert.deepEqual(decoder.flush(), []);
  assert.deepEqual(canonical(decoder.feed(Buffer.from('A'))), ['key C-Up 1b5b313b3541']);
  assert.deepEqual(decoder.feed(Buffer.from('\x1b')), []);
  assert.equal(decoder.pending, true);
  assert.deepEqual(canonical(decoder.flush()), ['key Escape 1b']);
  assert.equal(decoder.pending, false);
});

test('bytes that are no UTF-8 are one key each and keep their bytes', () => {
  assert.deepEqual(canonical(decode(Buffer.from([0xff, 0x61, 0xe9, 0x62, 0xed, 0xa0, 0x80, 0x63]))), [
    'key \ufffd ff',
    'key a 61',
    'key \ufffd e9',
    'key b 62',
    'key \ufffd ed',
    'key \ufffd a0',
    'key \ufffd 80',
    'key c 63',
  ]);
});

test('a broken reply ends at Enter', () => {
  assert.deepEqual(names('\x1b]11;rgb\rls'), ['Enter', 'l', 's']);
});

test('a paste is begin, pieces and end, whatever it holds', () => {
  const inside = `${'é\x1b[A\x1b[20'.repeat(10_000)}\x1b[201`;
  const events = decode(`\x1b[200~${inside}\x1b[201~x`);
  assert.deepEqual(canonical(events), [
    '{"kind":"paste","part":"begin"}',
    `pasted ${JSON.stringify(Buffer.from(inside).toString('latin1'))}`,
    '{"kind":"paste","part":"end"}',
    'key x 78',
  ]);
});

test('a paste is decoded in linear time: each byte is looked at once, however small the chunks', () => {
  const decoder = new InputDecoder();
  decoder.feed(Buffer.from('\x1b[200~'));
  let held = 0;
  let total = 0;
  for (let chunk = 0; chunk < 20_000; chunk++) {
    for (const event of decoder.feed(Buffer.from(`line ${chunk}\x1b`)))
      if (event.kind === 'paste' && event.part === 'piece') total += event.text.length;
    held = Math.max(held, decoder.held);
  }
  assert.ok(held < 6, `${held} bytes are kept between chunks`);
  assert.ok(total > 200_000);
});

test('splitting the bytes anywhere gives the same events', () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.keys(sequences).filter((bytes) => !/^\x1b+[[O\]]?$/.test(bytes))),
    fc.constantFrom(
      '\x1b[<35;10;3M',
      '\x1b[M !!',
      '\x1b[I',
      '\x1b[?1;2c',
      '\x1bP>|x(1)\x1b\\',
      '\x1b]10;rgb:1/2/3\x07',
    ),
    fc.string({ unit: 'grapheme' }).map((text) => `\x1b[200~${text}\x1b[201~`),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  );
  const input = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(fc.constantFrom(0x1b, 0x1b, 0x5b, 0x4f, 0x3b, 0x31, 0x7e, 0x41, 0x50, 0x5c, 0xc3, 0xa9), {
        maxLength: 40,
      })
      .map(Buffer.from),
  );
  fc.assert(
    fc.property(input, fc.array(fc.nat({ max: 80 }), { maxLength: 30 }), (bytes, cuts) => {
      const whole = canonical(decode(bytes));
      const decoder = new InputDecoder();
      const events: InputEvent[] = [];
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        events.push(...decoder.feed(bytes.subarray(from, cut)));
        from = Math.max(from, Math.min(cut, bytes.length));
      }
      events.push(...decoder.flush());
      assert.deepEqual(canonical(events), whole);
    }),
    { seed: 20260, numRuns: 1500 },
  );
});
