import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { malformedAfterProof, malformedBeforeProof } from '../support/malformed-run.ts';
import { TransportFixture } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

test('of 2,000 random and mutated messages none is dispatched before the key is proved', async () => {
  assert.deepEqual(await malformedBeforeProof(fixture, 2000, 1), { dispatched: 0, joined: 0, alive: true });
});

test('of 2,000 random and mutated messages after the proof each gets a typed error and changes nothing', async () => {
  const result = await malformedAfterProof(fixture, 2000, 2);
  assert.ok(result.malformed > 1500);
  assert.equal(result.errors, result.malformed);
  assert.equal(result.counted, result.malformed);
  assert.equal(result.dispatched, result.honest);
});
