import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Emulation, emulate, lineText } from '../../support/emulation.ts';

/** The text of everything, history first, with wrapped rows joined, and a mark where the cursor is. */
function text({ emulator, lines }: Emulation): string {
  const { normalBuffer: buffer } = emulator;
  const { open } = emulator.history;
  let all = [...lines, ...(open ? [lineText(open)] : [])].map((line) => `${line}\n`).join('');
  for (let i = 0; i < buffer.lines.length; i++) {
    const line = buffer.lines.get(i);
    if (!line) continue;
    let row = '';
    for (let x = 0; x <= line.length; x++) {
      if (i === buffer.ybase + buffer.y && x === buffer.x) row += '|';
      if (x === line.length) break;
      const content = line._data[x * 3] ?? 0;
      const code = content & 0x1fffff;
      if (code) row += String.fromCodePoint(code);
      else if (content >> 22 === 1) row += ' ';
    }
    const goesOn = buffer.lines.get(i + 1)?.isWrapped;
    all = line.isWrapped ? all.replace(/\n$/, '') + row : all + row;
    all = goesOn ? all : `${all.replace(/ +$/, '')}\n`;
  }
  return all.trimEnd();
}

test('whatever the sizes, the text is the same and the cursor at the same character', () => {
  const words = fc.array(fc.constantFrom('word', 'x'.repeat(30), 'ab cd', '', 'last one of some length'), {
    minLength: 1,
    maxLength: 30,
  });
  const size = fc.record({ cols: fc.integer({ min: 2, max: 50 }), rows: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(words, fc.array(size, { minLength: 1, maxLength: 5 }), (lines, sizes) => {
      const emulation = emulate(24, 6, 15);
      emulation.emulator.write(Buffer.from(lines.join('\r\n')));
      const before = text(emulation);
      for (const { cols, rows } of sizes) {
        emulation.emulator.resize(cols, rows);
        assert.equal(text(emulation), before, `at ${cols} x ${rows}`);
      }
    }),
    { seed: 8, numRuns: 200 },
  );
});

test('a screen of one cell is drawn, also when it grows again', () => {
  const emulation = emulate(10, 3);
  emulation.emulator.write(Buffer.from('hello'));
  emulation.emulator.resize(1, 1);
  emulation.emulator.look();
  assert.deepEqual(emulation.emulator.cursor, { x: 0, y: 0, visible: true, shape: 0, colour: '' });
  assert.equal(emulation.emulator.screen.changesSince(undefined).changed.length, 1);
  emulation.emulator.resize(10, 3);
  assert.equal(text(emulation), 'hello|');
});
