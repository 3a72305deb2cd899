import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { eventually, within } from '../support/eventually.ts';
import { Listener, processState, request, startTestHolder } from '../support/held.ts';

test('fast children', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect({ daemon: true });

  await t.test('their output is complete and their exits exact', async () => {
    for (let i = 0; i < 20; i++) {
      const pane = `p${i}`;
      await client.spawn(request(place, pane, `seq 1 3000; printf END; exit ${i}`));
      const listener = new Listener(client, pane);
      assert.deepEqual(await listener.ended(), { code: i, signal: 0 });
      const lines = listener.text().split('\r\n');
      assert.equal(lines.length, 3001);
      assert.equal(lines.at(-1), 'END');
    }
    await client.spawn(request(place, 'killed', 'kill -TERM $$'));
    assert.deepEqual(await new Listener(client, 'killed').ended(), { code: 143, signal: 15 });
  });

  await t.test('a consumer that takes piece by piece loses nothing of 1 MB', async () => {
    await client.spawn(request(place, 'slow', 'seq 1 150000'));
    const pieces: Uint8Array[] = [];
    let end = 0;
    const exited = new Promise<number>((resolve) => {
      const observation = client.observe('slow', 0, {
        output(bytes, offset) {
          assert.equal(offset, end);
          end += bytes.length;
          pieces.push(Buffer.from(bytes));
          setTimeout(() => observation.took(offset + bytes.length), 2);
        },
        exited: (_, offset) => resolve(offset),
      });
    });
    assert.equal(await within(exited, 'the exit'), end);
    const lines = Buffer.concat(pieces).toString().trimEnd().split('\r\n');
    assert.equal(lines.length, 150_000);
    assert.ok(lines.every((line, i) => line === String(i + 1)));
  });

  await t.test('a process left in the background delays no exit and loses nothing of before', async () => {
    const script = 'trap "" HUP; yes background & seq 1 20000; echo LAST; exit 7';
    await client.spawn(request(place, 'leaves', script));
    const listener = new Listener(client, 'leaves');
    assert.deepEqual(await listener.ended(), { code: 7, signal: 0 });
    assert.match(listener.text(), /LAST/);
  });
});

test('input', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();

  await t.test('a large paste reaches a slow reader whole, and holds nobody up', async () => {
    const script = 'stty raw -echo; echo ready; read -r go < fifo; head -c 1048576 | sha256sum';
    await client.spawn(request(place, 'mkfifo', 'mkfifo fifo'));
    await new Listener(client, 'mkfifo').ended();
    await client.spawn(request(place, 'paste', script));
    const paste = new Listener(client, 'paste');
    await paste.until(/ready/);
    const bytes = Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 31 + (i >> 10)) & 0xff));
    let written = 0;
    const pieces = Array.from({ length: 64 }, (_, i) =>
      client.input('paste', 'c1', i + 1, bytes.subarray(i << 14, (i + 1) << 14)).then(() => written++),
    );
    // Nobody reads the paste yet, and another pane answers.
    await client.spawn(request(place, 'other', 'read -r line; echo "got $line"'));
    await client.input('other', 'c1', 65, Buffer.from('hello\n'));
    const other = new Listener(client, 'other');
    await other.ended();
    assert.match(other.text(), /got hello/);
    assert.ok(written < 64, 'a paste that nobody has read was acknowledged');
    await client.spawn(request(place, 'go', 'echo go > fifo'));
    await within(Promise.all(pieces), 'the paste');
    await paste.ended();
    assert.ok(paste.text().includes(createHash('sha256').update(bytes).digest('hex')));
  });

  await t.test('arrives once, whoever repeats it and when', async () => {
    const { pid } = await client.spawn(request(place, 'once', 'stty -echo; kill -STOP $$; exec cat'));
    const once = new Listener(client, 'once');
    await eventually(() => processState(pid) === 'T', { what: 'the stopped child' });
    const typist = await place.connect();
    const line = (i: number) => Buffer.from(`line ${i} ${'x'.repeat(1000)}\n`);
    const lost = Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => typist.input('once', 'keys', i + 1, line(i + 1))),
    );
    // The first is written before the holder hears of the typist's death; most are not.
    await client.input('once', 'keys', 1, line(1));
    typist.dispose();
    await lost;
    const heir = await place.connect();
    const repeated = Promise.all(
      Array.from({ length: 300 }, (_, i) => heir.input('once', 'keys', i + 1, line(i + 1))),
    );
    client.signal('once', 18, 'group');
    await within(repeated, 'the repeated input');
    await heir.input('once', 'keys', 301, Buffer.from('\x04'));
    await once.ended();
    const seen = [...once.text().matchAll(/line (\d+) x{1000}\r\n/g)].map((match) => Number(match[1]));
    assert.deepEqual(
      seen,
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    assert.equal((await place.connect()).welcome.sources.keys, 301);
  });

  await t.test('to a pane that has ended or never was is refused with the reason', async () => {
    await assert.rejects(client.input('once', 'late', 1, Buffer.from('x')), /the program has ended/);
    await assert.rejects(client.input('nowhere', 'late', 2, Buffer.from('x')), /no pane nowhere/);
  });

  await t.test("an emulator's answers are written once", async () => {
    await client.spawn(request(place, 'asks', 'stty -echo; echo ready; exec cat'));
    const asks = new Listener(client, 'asks');
    await asks.until(/ready/);
    for (let i = 0; i < 3; i++) {
      client.answer('asks', 10, 0, Buffer.from('a\n'));
      client.answer('asks', 10, 1, Buffer.from('b\n'));
      client.answer('asks', 12, 0, Buffer.from('c\n'));
    }
    await client.input('asks', 'answers', 1, Buffer.from('\x04'));
    await asks.ended();
    assert.equal(asks.text().replace(/^ready\r\n/, ''), 'a\r\nb\r\nc\r\n');
  });
});

test('a resize is told at its place in the output, once, and again to a later observer', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const script = 'trap "stty size" WINCH; echo ready; while :; do read -r line && echo "$line"; done';
  await client.spawn(request(place, 'p', script));
  const listener = new Listener(client, 'p');
  await listener.until(/ready/);
  client.resize('p', 100, 30, 1);
  await listener.until(/30 100/);
  client.resize('p', 90, 20, 1);
  client.resize('p', 101, 31, 2);
  await listener.until(/31 101/);
  assert.doesNotMatch(listener.text(), /20 90/);
  assert.deepEqual(
    listener.sizes.map(({ cols, rows, id }) => ({ cols, rows, id })),
    [
      { cols: 80, rows: 24, id: 0 },
      { cols: 100, rows: 30, id: 1 },
      { cols: 101, rows: 31, id: 2 },
    ],
  );
  const second = listener.sizes[2]!;
  assert.ok(listener.text().slice(0, second.offset).includes('30 100'));
  assert.ok(!listener.text().slice(0, second.offset).includes('31 101'));
  const later = new Listener(await place.connect(), 'p');
  await later.until((heard) => heard.sizes.length === 3);
  assert.deepEqual(later.sizes, listener.sizes);
  client.free('p', second.offset);
  const [held] = await client.list();
  assert.equal(held?.from, second.offset);
  assert.deepEqual([held?.cols, held?.rows, held?.resizeId], [101, 31, 2]);
});

test('a pane that is forgotten is hung up on, and killed when it ignores that', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect({ daemon: true });
  await client.spawn(
    request(place, 'polite', 'trap "echo hung up; exit 9" HUP; echo ready; while :; do sleep 0.05; done'),
  );
  const { pid } = await client.spawn(request(place, 'stopped', 'kill -STOP $$'));
  await client.spawn(request(place, 'stubborn', 'trap "" HUP; echo ready; while :; do sleep 1; done'));
  const polite = new Listener(client, 'polite');
  const stubborn = new Listener(client, 'stubborn');
  await Promise.all([polite.until(/ready/), stubborn.until(/ready/)]);
  await eventually(() => processState(pid) === 'T', { what: 'the stopped child' });
  const told = new Set<string>();
  client.exited.on(({ pane }) => told.add(pane));
  for (const pane of ['polite', 'stopped', 'stubborn']) client.forget(pane);
  assert.deepEqual(await client.list(), []);
  assert.deepEqual(await polite.ended(), { code: 9, signal: 0 });
  assert.match(polite.text(), /hung up/);
  assert.deepEqual(await stubborn.ended(), { code: 137, signal: 9 });
  await eventually(() => told.size === 3, { what: 'three exits told to the daemon' });
  await assert.rejects(client.status('stubborn'), /no pane stubborn/);
});
