import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Emulation, emulate, visible } from '../../support/emulation.ts';
import { terminalStream } from '../../support/terminal-streams.ts';

/** A new emulator that goes on where `old` is. */
function reborn(old: Emulation): Emulation {
  const fresh = emulate();
  fresh.emulator.restoreState(Buffer.concat(old.emulator.saveState()));
  fresh.lines = [...old.lines];
  fresh.cleared = old.cleared;
  return fresh;
}

test('a checkpoint at any byte and a replay come to the same as no interruption', () => {
  fc.assert(
    fc.property(terminalStream, fc.nat(), (stream, at) => {
      const cut = at % (stream.length + 1);
      const whole = emulate();
      whole.emulator.write(stream);
      const before = emulate();
      before.emulator.write(stream.subarray(0, cut));
      const after = reborn(before);
      assert.deepEqual(visible(after), visible(before));
      after.emulator.write(stream.subarray(cut));
      assert.deepEqual(visible(after), visible(whole));
      const answers = [...before.emulator.takeAnswers(), ...after.emulator.takeAnswers()];
      assert.deepEqual(answers, whole.emulator.takeAnswers());
      for (const { emulator } of [whole, before, after]) emulator.dispose();
    }),
    { seed: 3, numRuns: 150 },
  );
});

test('resizes between pieces survive a checkpoint too', () => {
  const step = fc.record({
    bytes: terminalStream,
    cols: fc.integer({ min: 1, max: 40 }),
    rows: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 4 }), (steps) => {
      const whole = emulate();
      let interrupted = emulate();
      for (const { bytes, cols, rows } of steps) {
        for (const { emulator } of [whole, interrupted]) {
          emulator.write(bytes);
          emulator.resize(cols, rows);
        }
        interrupted = reborn(interrupted);
      }
      assert.deepEqual(visible(interrupted), visible(whole));
    }),
    { seed: 4, numRuns: 40 },
  );
});

test('a state of another format or a damaged one is refused', () => {
  const state = Buffer.concat(emulate().emulator.saveState());
  assert.throws(() => emulate().emulator.restoreState(state.subarray(0, 20)));
  state[0] = 99;
  assert.throws(() => emulate().emulator.restoreState(state), /format 99/);
});
