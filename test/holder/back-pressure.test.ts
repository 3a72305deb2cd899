import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { LIVE_BACKLOG_BYTES, OBSERVER_CREDIT_BYTES, OUTPUT_KEPT_BYTES } from '../../src/holder/wire.ts';
import { eventually, within } from '../support/eventually.ts';
import { Listener, request, startTestHolder, tryKill } from '../support/held.ts';

/** What a drain at the exit and the last read may add. */
const SLACK_BYTES = 2 * 1024 * 1024;

/** What one read of the terminal brings at most. */
const READ_BYTES = 64 * 1024;

/** Pieces of 64 KiB at most that each killed reader takes: four of them leave some of the output. */
const PIECES = 4;
const observePane = join(packageRoot, 'dist/test/support/observe-pane.js');

test('output that nobody frees stops its source, and goes on when it is freed', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const lines = 1_500_000;
  await client.spawn(request(place, 'p', `seq 1 ${lines}`));
  const held = async () => (await client.list())[0]!;
  await eventually(async () => (await held()).end >= OUTPUT_KEPT_BYTES, { what: 'a full buffer' });
  assert.ok((await held()).end < OUTPUT_KEPT_BYTES + SLACK_BYTES);
  assert.equal((await held()).exit, undefined);

  const listener = new Listener(client, 'p');
  const freeing = setInterval(() => client.free('p', listener.offset), 5);
  t.after(() => clearInterval(freeing));
  await listener.ended();
  const numbers = listener.text().trimEnd().split('\r\n');
  assert.equal(numbers.length, lines);
  assert.ok(numbers.every((number, i) => number === String(i + 1)));
  client.free('p', listener.offset);
  const after = await held();
  assert.deepEqual([after.from, after.end], [listener.offset, listener.offset]);
});

test('an observer that takes nothing gets its credit and delays nobody', async (t) => {
  const place = await startTestHolder(t);
  const [client, stopped] = [await place.connect(), await place.connect()];
  await client.spawn(request(place, 'p', 'seq 1 300000'));
  let received = 0;
  let next = -1;
  const observation = stopped.observe('p', 0, {
    output: (bytes, offset) => {
      received += bytes.length;
      next = offset + bytes.length;
    },
    exited: () => assert.fail('an exit before the output was taken'),
  });
  const listener = new Listener(client, 'p');
  await listener.ended();
  await eventually(() => received >= OBSERVER_CREDIT_BYTES);
  await stopped.list();
  assert.equal(received, OBSERVER_CREDIT_BYTES);

  // What is freed meanwhile is skipped, and the rest follows.
  client.free('p', listener.offset - 1000);
  await client.list();
  observation.took(next);
  const rest = new Promise<number>((resolve) => {
    stopped.observe('p', next, { output: (_, offset) => resolve(offset), exited: () => {} });
  });
  assert.equal(await within(rest, 'the rest'), listener.offset - 1000);
});

test('a terminal runs only a little ahead of the one who looks at it, and on when nobody does', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(request(place, 'p', 'read go; exec yes'));
  const observation = client.observe('p', 0, { output: () => {}, exited: () => {} });
  await client.input('p', 'keys', 1, Buffer.from('\n'));
  const end = async () => (await client.list())[0]!.end;
  await eventually(async () => (await end()) >= LIVE_BACKLOG_BYTES, { what: 'a full backlog' });
  const stopped = await end();
  assert.ok(stopped < LIVE_BACKLOG_BYTES + READ_BYTES, `${stopped} bytes`);
  observation.dispose();
  await eventually(async () => (await end()) >= OUTPUT_KEPT_BYTES, { what: 'a full buffer' });
});

test('a client that is killed in mid-stream leaves the next one everything', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(request(place, 'p', 'seq 1 200000'));
  const taken = new Map<number, Buffer>();
  let from = 0;
  // Each is killed while it reads; what it told us of before is covered, as by a checkpoint.
  for (let round = 1; round <= 4; round++) {
    const reader = fork(observePane, [place.socket, 'p', String(from), String(PIECES)]);
    t.after(() => tryKill(reader.pid ?? 0));
    const read = new Promise<void>((resolve) => {
      reader.on('message', (message: { offset: number; base64: string }) => {
        const bytes = Buffer.from(message.base64, 'base64');
        taken.set(message.offset, bytes);
        from = message.offset + bytes.length;
        if (taken.size === round * PIECES) resolve();
      });
    });
    await within(read, 'the reader');
    reader.kill('SIGKILL');
    await within(new Promise((resolve) => reader.on('exit', resolve)), 'its end');
  }
  const listener = new Listener(await place.connect(), 'p', from);
  await listener.ended();
  const bytes = Buffer.concat([...taken].sort(([a], [b]) => a - b).map(([, piece]) => piece));
  assert.equal(bytes.length, from);
  const numbers = (bytes + listener.text()).trimEnd().split('\r\n');
  assert.equal(numbers.length, 200_000);
  assert.ok(numbers.every((number, i) => number === String(i + 1)));
});

test('memory is freed with the output', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(place.read(`/proc/${place.pid}/status`))?.[1]) / 1024;
  const before = rss();
  for (let i = 0; i < 6; i++) {
    await client.spawn(request(place, `p${i}`, 'head -c 6000000 /dev/zero | tr "\\0" x'));
    const listener = new Listener(client, `p${i}`);
    await listener.ended();
    assert.equal(listener.offset, 6_000_000);
    client.forget(`p${i}`);
  }
  assert.deepEqual(await client.list(), []);
  t.diagnostic(`RSS ${before.toFixed(0)} MB, after 36 MB of output ${rss().toFixed(0)} MB`);
  assert.ok(rss() < 200, `the holder uses ${rss()} MB`);
});
