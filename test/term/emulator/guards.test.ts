import { test } from 'node:test';
import fc from 'fast-check';
import { Emulator } from '../../../src/term/emulator/emulator.ts';

const FINALS = [...'@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrstu'];
const parameter = fc.constantFrom('', '0', '1', '2', '3', '6', '999', '2147483647', '99999999999');
const sequence = fc
  .tuple(
    fc.constantFrom('', '', '', '?', '>', '='),
    fc.array(parameter, { maxLength: 3 }),
    fc.constantFrom('', '', '', ' ', '!', '"', '$', "'", '*'),
    fc.constantFrom(...FINALS),
  )
  .map(
    ([prefix, parameters, intermediate, final]) =>
      `\x1b[${prefix}${parameters.join(';')}${intermediate}${final}`,
  );
const other = fc.constantFrom(
  'abc \u6f22e\u0301\u{1f600}',
  '\n',
  '\r',
  '\t',
  '\b',
  '\x1bM',
  '\x1bc',
  '\x1b#8',
  '\x1b[?7l',
  '\x1b[999;999H',
);
const step = fc.oneof(
  sequence,
  other,
  fc.record({ cols: fc.integer({ min: 1, max: 14 }), rows: fc.integer({ min: 1, max: 7 }) }),
);

test('no output makes the emulator fail or hang, at whatever size', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      const emulator = new Emulator({
        cols: 8,
        rows: 4,
        version: '0',
        scrollback: 5,
        sink: { append: () => {}, clear: () => {} },
        fault: (error) => {
          throw error;
        },
      });
      for (const one of steps) {
        if (typeof one === 'string') emulator.write(Buffer.from(one));
        else emulator.resize(one.cols, one.rows);
        emulator.look();
      }
      emulator.saveState();
      emulator.dispose();
    }),
    { seed: 9, numRuns: 400 },
  );
});
