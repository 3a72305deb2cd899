import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Requests } from '../../src/client/requests.ts';

it('one signal ends any number of requests, and nothing warns of a leak', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const requests = new Requests();
  const giveUp = new AbortController();
  const asked = Array.from({ length: 30 }, () => requests.make(() => {}, giveUp.signal));
  giveUp.abort();
  const outcomes = await Promise.allSettled(asked);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.equal(requests.size, 0);
  // Node tells of warnings in a tick of its own.
  await new Promise(setImmediate);
  process.off('warning', warned);
  assert.deepEqual(warnings, []);
});
