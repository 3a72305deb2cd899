import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ReportStripper } from '../../src/archive/report-stripper.ts';

const NONCE = 'abcdefghijklmnop';

function stripped(pieces: readonly Uint8Array[]) {
  let span = 0;
  const out: Uint8Array[] = [];
  const marks: unknown[] = [];
  const stripper = new ReportStripper(
    {
      output: (bytes, count) => {
        out.push(bytes.slice());
        span += count;
      },
      mark: (report) => marks.push(report),
    },
    NONCE,
  );
  for (const piece of pieces) stripper.feed(piece);
  return { text: Buffer.concat(out).toString('latin1'), span, marks, idle: stripper.idle };
}

const one = (text: string) => stripped([Buffer.from(text, 'latin1')]);

it('an environment leaves no trace, and other reports become marks', () => {
  const { text, marks } = one(
    `a\x1b]7707;${NONCE};1;environment;22;SECRET=hunter2\x07b\x1b]7707;${NONCE};2;finished;3\x1b\\c`,
  );
  assert.equal(text, 'a\x1b\\b\x1b\\c');
  assert.deepEqual(marks, [{ kind: 'finished', status: 3 }]);
});

it('a report with another nonce is no mark, and neither is anything else of that number', () => {
  const { text, marks } = one('x\x1b]7707;qrstuvwxyzabcdef;1;prompt\x07y\x1b]7707;nonsense\x1b\\z');
  assert.equal(text, 'x\x1b\\y\x1b\\z');
  assert.deepEqual(marks, []);
});

it('what interrupts a report is let through', () => {
  assert.equal(one('\x1b]7707;abc\x1b[31mred').text, '\x1b\\\x1b[31mred');
  assert.equal(one('\x1b]7707;abc\x18end').text, '\x1b\\end');
});

it('a program cannot hide its output behind the beginning of a report', () => {
  const text = '\x1b]7707;shown\xc2\x9cand more';
  assert.equal(one(text).text, text);
});

it('however output is cut, the same comes out, and every byte of it is accounted for', () => {
  const word = fc.constantFrom(
    `\x1b]7707;${NONCE};1;prompt\x07`,
    `\x1b]7707;${NONCE};4;environment;;A=b\x1b\\`,
    '\x1b]7707;',
    '\x1b]770',
    '\x1b',
    '\x07',
    '\x1b]0;title\x07',
    '\xc2\x9c',
    'text',
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 20 }),
      fc.array(fc.nat(300), { maxLength: 12 }),
      (words, cuts) => {
        const bytes = Buffer.from(`${words.join('')}\x07end`, 'latin1');
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        const whole = stripped([bytes]);
        const cut = stripped(pieces);
        assert.deepEqual(cut, whole);
        assert.ok(cut.idle);
        assert.equal(cut.span, bytes.length);
      },
    ),
    { seed: 8, numRuns: 1000 },
  );
});
