import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FrameClock } from '../../../src/daemon/panes/frame-clock.ts';

/** A clock on a time that only the test moves. */
function makeClock(t: TestContext): { clock: FrameClock; frames: number[]; pass(ms: number): void } {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 1000;
  const frames: number[] = [];
  const clock = new FrameClock(
    () => frames.push(now),
    () => now,
  );
  t.after(() => clock.dispose());
  const pass = (ms: number): void => {
    for (let i = 0; i < ms; i++) {
      now++;
      t.mock.timers.tick(1);
    }
  };
  return { clock, frames, pass };
}

test('output after silence is shown at once, what follows is gathered', (t) => {
  const { clock, frames, pass } = makeClock(t);
  clock.changed(1, false);
  assert.deepEqual(frames, [1000]);
  clock.changed(1, false);
  pass(1);
  clock.changed(1, false);
  pass(50);
  assert.deepEqual(frames, [1000, 1002]);
});

test('a flood is shown in steady steps', (t) => {
  const { clock, frames, pass } = makeClock(t);
  for (let i = 0; i < 200; i++) {
    clock.changed(64 * 1024, false);
    pass(1);
  }
  const steps = frames.slice(1).map((frame, i) => frame - (frames[i] ?? 0));
  assert.ok(steps.length >= 3);
  assert.equal(new Set(steps).size, 1, `steps of ${steps} ms`);
});

test('what a flood ends with is shown without waiting for the next step', (t) => {
  const { clock, frames, pass } = makeClock(t);
  clock.changed(64 * 1024, false);
  for (let i = 0; i < 20; i++) {
    pass(1);
    clock.changed(64 * 1024, false);
  }
  pass(50);
  assert.deepEqual(frames, [1000, 1024]);
});

test('an announced update is shown when it is complete, or after a while', (t) => {
  const { clock, frames, pass } = makeClock(t);
  clock.changed(10, true);
  clock.now();
  pass(100);
  clock.changed(10, true);
  assert.deepEqual(frames, []);
  clock.changed(10, false);
  assert.deepEqual(frames, [1100]);
  clock.changed(10, true);
  pass(400);
  assert.deepEqual(frames, [1100, 1250]);
});
