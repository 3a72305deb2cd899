import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogRecord } from '../../../src/archive/records.ts';
import { Player, type Recording } from '../../../src/tui/replay/player.ts';
import { columnOf, timeLine, timeOf } from '../../../src/tui/replay/time-line.ts';

/** Output at each of these times, in segments of three records. */
function recordingOf(times: readonly number[]): Recording {
  const records: LogRecord[] = times.flatMap((time, index): LogRecord[] => [
    ...(index % 3 === 0 ? [start(time)] : []),
    { kind: 'output', time, offset: index, end: index + 1, bytes: Buffer.from(String(index)) },
  ]);
  return {
    from: times[0]!,
    to: times.at(-1)!,
    commands: [
      { text: 'true', cwd: '/', started: times[1]!, ended: times[2], status: 0 },
      { text: 'false', cwd: '/', started: times[3]!, ended: times[4], status: 1 },
    ],
    records: (time) =>
      records.slice(records.findLastIndex((one) => one.kind === 'start' && one.time <= time)),
  };
}

function start(time: number): LogRecord {
  return {
    kind: 'start',
    time,
    offset: 0,
    life: 'a',
    cols: 80,
    rows: 24,
    generation: 0,
    lines: 0,
    state: undefined,
  };
}

/** Notes the times of output since the last jump. */
class Notes {
  seen: number[] = [];
  jumps = 0;
  take(record: LogRecord): void {
    if (record.kind === 'output') this.seen.push(record.time);
  }
  jumped(): void {
    this.seen = [];
    this.jumps++;
  }
}

const TIMES = [1000, 1100, 1200, 61_200, 61_300, 61_400, 61_500];

test('plays each record at its time, at the speed, and no pause longer than two seconds', () => {
  const notes = new Notes();
  const player = new Player(recordingOf(TIMES), notes);
  assert.deepEqual(notes.seen, [1000]);
  player.advance(100);
  assert.deepEqual(notes.seen, [1000, 1100]);
  player.faster();
  assert.equal(player.untilNext, 50);
  player.advance(50);
  assert.deepEqual(notes.seen, [1000, 1100, 1200]);
  player.advance(999);
  assert.equal(notes.seen.length, 3);
  player.advance(1);
  assert.deepEqual(notes.seen.at(-1), 61_200);
  player.advance(10_000);
  assert.deepEqual(notes.seen, TIMES);
  assert.equal(player.atEnd, true);
  assert.equal(player.playing, false);
  player.toggle();
  assert.deepEqual({ playing: player.playing, position: player.position }, { playing: true, position: 1000 });
});

test('wherever it seeks, the stage has been given all of the segment up to there and nothing more', () => {
  const notes = new Notes();
  const player = new Player(recordingOf(TIMES), notes);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), fc.nat(3000), (time, elapsed) => {
      player.seek(time);
      const position = Math.min(61_500, Math.max(1000, time));
      assert.equal(player.position, position);
      const index = TIMES.findLastIndex((one) => one <= position);
      assert.deepEqual(notes.seen, TIMES.slice(index - (index % 3), index + 1));
      player.advance(elapsed);
      assert.ok(notes.seen.every((one) => one <= player.position));
    }),
    { seed: 11, numRuns: 200 },
  );
});

test('jumps to commands and failures, and steps to the next output', () => {
  const player = new Player(recordingOf(TIMES), new Notes());
  assert.equal(player.jump('previous', false), false);
  assert.equal(player.jump('next', true), true);
  assert.equal(player.position, 61_200);
  assert.equal(player.jump('next', true), false);
  assert.equal(player.jump('previous', false), true);
  assert.equal(player.position, 1100);
  player.step();
  assert.deepEqual(
    { position: player.position, playing: player.playing },
    { position: 1200, playing: false },
  );
});

test('the time line shows where it is, where commands began and which failed', () => {
  const { from, to, commands } = recordingOf(TIMES);
  const state = { from, to, commands, position: 61_350, playing: true, speed: 2, note: '' };
  const [bar, words] = timeLine(state, 60);
  const plain = bar.replace(/#\[[^\]]*\]/g, '');
  assert.equal(plain, `┃${'━'.repeat(58)}●`);
  assert.match(words, /▶ .* 2x/);
  assert.match(words, /\$ false → 1/);
  const [earlier] = timeLine({ ...state, position: 30_000 }, 60);
  assert.match(earlier, /#\[default,fg=red,bold\]╳/);
  assert.match(timeLine({ ...state, note: 'a #[fg=red]note\n' }, 60)[1], /a ##\[fg=red\]note /);
  for (let column = 0; column < 60; column++)
    assert.equal(columnOf(state, timeOf(state, column, 60), 60), column);
});
