import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pulse } from '../../src/client/pulse.ts';

/** What a pulse advises at each of the seconds after `from`, until `to`. */
function seconds(pulse: Pulse, from: number, to: number, busy: boolean): string[] {
  const advice: string[] = [];
  for (let now = from; now <= to; now += 1000) {
    const next = pulse.look(now, busy);
    if (next === 'ping') pulse.pinged(now);
    advice.push(pulse.stale ? `${next}, stale` : next);
  }
  return advice;
}

test('a silent connection is pinged, doubted after a second and stale after three pings; sooner when busy', () => {
  const busy = new Pulse();
  busy.begin(0);
  assert.deepEqual(seconds(busy, 1000, 5000, true), [
    'ping',
    'doubt',
    'doubt',
    'doubt, stale',
    'doubt, stale',
  ]);
  const idle = new Pulse();
  idle.begin(0);
  assert.deepEqual(seconds(idle, 1000, 6000, false), ['wait', 'wait', 'wait', 'wait', 'ping', 'doubt']);
});

test('any message answers a ping, but only PONG ends a doubt', () => {
  const pulse = new Pulse();
  pulse.begin(0);
  const at = pulse.pinged(1000);
  pulse.heard(1500, false);
  assert.equal(pulse.look(2000, true), 'wait');
  assert.equal(pulse.ponged(at, 2040), false, 'no longer waited for');
  assert.equal(pulse.roundTripMs, 1040);

  const late = new Pulse();
  late.begin(0);
  const early = late.pinged(500);
  late.heard(600, false);
  const open = late.pinged(1000);
  late.heard(5000, true);
  assert.equal(late.look(6000, true), 'doubt');
  assert.equal(late.ponged(early, 6000), false, 'the answer to a ping from before');
  assert.equal(late.ponged(open, 6000), true);
  assert.equal(late.look(6000, true), 'ping');
});

test('on a slow link one is more patient: three round trips, five seconds at most', () => {
  const pulse = new Pulse();
  pulse.begin(0);
  pulse.ponged(pulse.pinged(0), 2000);
  pulse.heard(2000, false);
  pulse.pinged(3000);
  assert.equal(pulse.look(7000, true), 'wait');
  assert.equal(pulse.look(8000, true), 'doubt');
  assert.equal(pulse.stale, true);

  const quick = new Pulse();
  quick.begin(0);
  quick.ponged(quick.pinged(0), 40);
  quick.ponged(quick.pinged(1000), 31_000);
  assert.ok(quick.roundTripMs < 80, 'a ping that waited out an outage does not count in full');
});
