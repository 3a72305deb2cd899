import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signal } from '../../../src/base/signal.ts';
import { ExecJob } from '../../../src/daemon/exec/exec-job.ts';
import { OBSERVER_CREDIT_BYTES } from '../../../src/holder/wire.ts';
import { within } from '../../support/eventually.ts';
import { request, startTestHolder } from '../../support/held.ts';

test('that a command runs is told once', async (t) => {
  const place = await startTestHolder(t);
  const holder = await place.connect();
  const told: string[] = [];
  const begun = (re: number | undefined, heard: () => void = () => {}) => {
    const job = new ExecJob('op', '', holder);
    told.length = 0;
    job.starts(re, (byEnd) => {
      told.push(byEnd ? 'by its end' : 'by itself');
      heard();
    });
    job.runs();
    return job;
  };

  await t.test('by its end, to a client that takes that for the answer', () => {
    const job = begun(7);
    assert.equal(job.answerStart(), 7);
    assert.equal(job.answerStart(), undefined);
    job.unfollow();
    assert.deepEqual(told, ['by its end']);
  });

  await t.test('in front of its end, to any other', () => {
    const job = begun(undefined);
    assert.equal(job.answerStart(), undefined);
    assert.deepEqual(told, ['by itself']);
  });

  await t.test('by itself where it goes on', async () => {
    let job!: ExecJob;
    await within(
      new Promise<void>((resolve) => {
        job = begun(7, resolve);
      }),
      'the news',
    );
    assert.equal(job.answerStart(), undefined);
    assert.deepEqual(told, ['by itself']);
  });

  await t.test('before another request for it is, and before nobody follows it', () => {
    const job = begun(7);
    job.starts(8, () => told.push('again'));
    job.unfollow();
    assert.deepEqual(told, ['by itself', 'again']);
  });

  await t.test('not where it does not run', () => {
    const job = begun(7);
    job.doesNotRun();
    assert.deepEqual(told, []);
  });
});

test("output goes on when there is room again, though it was others' that had filled the lanes", async (t) => {
  const place = await startTestHolder(t);
  const holder = await place.connect();
  const job = new ExecJob('op', '', holder);
  t.after(() => job.unfollow());
  let received = 0;
  let arrived = (): void => {};
  const stuck = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const peer = {
    ...{ id: 'session', key: '', linked: true, close: () => {} },
    queuedBytes: Number.MAX_SAFE_INTEGER,
    acknowledged: new Signal<void>(),
    send: (_: unknown, __: unknown, payload: readonly Uint8Array[] = []) => {
      for (const bytes of payload) received += bytes.length;
      if (received >= OBSERVER_CREDIT_BYTES) arrived();
    },
  };
  await holder.spawn(request(place, 'op', 'head -c 200000 /dev/zero', { kind: 'pipe' }));
  const ended = new Promise<void>((resolve) => job.follow(peer, { out: 0, err: 0 }, () => resolve()));
  await within(stuck, 'all that comes without credit');
  peer.queuedBytes = 0;
  peer.acknowledged.emit();
  await within(ended, 'the last byte');
  assert.equal(received, 200_000);
});
