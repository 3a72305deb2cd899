import assert from 'node:assert/strict';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { HolderClient } from '../../src/holder/holder-client.ts';
import type { ToHolder } from '../../src/holder/wire.ts';
import { MAX_HOLDER_FRAME_BYTES } from '../../src/holder/wire.ts';
import { encodeFrameHead, FrameError, FrameReader } from '../../src/holder/wire-codec.ts';
import { eventually, within } from '../support/eventually.ts';
import { Listener, request, startTestHolder } from '../support/held.ts';
import { makeTempHome } from '../support/temp-home.ts';

const SEED = 20260729;

function frame(header: object, payload: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([encodeFrameHead(header, payload.length), payload]);
}

test('frames survive any cutting of the stream', () => {
  const frames = fc.array(
    fc.record({
      header: fc.record({ t: fc.string(), n: fc.integer(), deep: fc.dictionary(fc.string(), fc.string()) }),
      payload: fc.uint8Array({ maxLength: 300 }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(frames, fc.array(fc.nat(80)), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(({ header, payload }) => frame(header, payload)));
      const reader = new FrameReader();
      const read: { header: object; payload: Uint8Array }[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        for (const { header, payload } of reader.push(stream.subarray(at, at + cut)))
          read.push({ header: { ...header }, payload: Uint8Array.from(payload) });
        at = Math.min(stream.length, at + cut);
      }
      assert.deepEqual(
        read,
        sent.map(({ header, payload }) => ({
          header: { ...header, deep: { ...header.deep } },
          payload: Uint8Array.from(payload),
        })),
      );
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('a reader of garbage fails with a FrameError or waits, and holds little', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const { header } of new FrameReader().push(bytes)) assert.equal(typeof header.t, 'string');
      } catch (error) {
        assert.ok(error instanceof FrameError, String(error));
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
  const huge = Buffer.alloc(8);
  huge.writeUInt32BE(MAX_HOLDER_FRAME_BYTES + 1, 0);
  assert.throws(() => [...new FrameReader().push(huge)], /too large/);
});

test('garbage on one connection ends that one, and nothing else', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect({ daemon: true });
  await client.spawn(request(place, 'p', 'stty -echo; echo ready; cat'));
  const listener = new Listener(client, 'p');
  await listener.until(/ready/);
  const before = await client.list();

  const hello = frame({ t: 'hello', version: 1, daemon: false, pid: 1 });
  /** Sends bytes; resolves when the holder has closed, or with what it answered before `list`'s answer. */
  const speak = (bytes: Uint8Array) =>
    new Promise<string[]>((resolve) => {
      const socket = createConnection(place.socket, () => {
        socket.write(bytes);
        socket.write(frame({ t: 'list', id: 99 }));
      });
      const reader = new FrameReader();
      const answers: string[] = [];
      socket.on('data', (piece) => {
        for (const { header } of reader.push(piece)) {
          answers.push(String(header.t));
          if (header.t === 'panes') socket.destroy();
        }
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(answers));
    });

  const messages = fc.constantFrom<ToHolder['t']>(
    'bye',
    'spawn',
    'input',
    'answer',
    'resize',
    'signal',
    'observe',
    'took',
    'free',
    'forget',
    'guard',
    'respawn',
  );
  const values = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.boolean(), fc.array(fc.nat()));
  const names = [
    'pane',
    'op',
    'seq',
    'source',
    'argv',
    'env',
    'kind',
    'offset',
    'id',
    'signal',
    'quit',
    'from',
  ];
  const wrong = fc
    .tuple(messages, fc.dictionary(fc.constantFrom(...names), values))
    .map(([t, fields]) => Buffer.concat([hello, frame({ ...fields, t })]));
  const noise = fc.uint8Array({ minLength: 8, maxLength: 400 }).map((bytes) => Buffer.concat([hello, bytes]));
  const mute = fc.uint8Array({ minLength: 9, maxLength: 400 });
  const mutated = fc
    .tuple(fc.nat(hello.length - 1), fc.nat(255))
    .map(([at, byte]) => Buffer.from(hello.map((old, i) => (i === at ? byte : old))));
  // A frame that is announced and never comes leaves its connection waiting: that is cut by us.
  for (const sample of [wrong, noise, mute, mutated])
    for (const bytes of fc.sample(sample, { seed: SEED, numRuns: 60 }))
      await Promise.race([within(speak(bytes), 'the end of a bad connection'), stalled(bytes)]);

  assert.deepEqual(await speak(Buffer.concat([hello, frame({ t: 'input', pane: 7 })])), [
    'welcome',
    'error',
    'panes',
  ]);
  assert.deepEqual(await speak(Buffer.concat([hello, frame({ t: 'of-tomorrow' })])), ['welcome', 'panes']);
  assert.deepEqual(await speak(frame({ t: 'list', id: 1 })), []);
  assert.deepEqual(await client.list(), before);
  await client.input('p', 'good', 1, Buffer.from('still here\n\x04'));
  await listener.ended();
  assert.match(listener.text(), /still here/);
});

/** Resolves soon when the bytes announce a frame longer than what follows, so that the holder rightly waits. */
function stalled(bytes: Uint8Array): Promise<void> {
  try {
    [...new FrameReader().push(bytes)];
    return new Promise((resolve) => setTimeout(resolve, 30));
  } catch {
    return new Promise(() => {});
  }
}

test('what the holder says right after its welcome is not lost on who connects', async (t) => {
  const home = makeTempHome();
  t.after(() => home.dispose());
  const path = join(home.root, 'fake.sock');
  const welcome = { version: 1, incarnation: 'i', pid: 1, panes: [], sources: {}, guards: {} };
  const server = createServer((socket) => {
    const gone = (key: string) => frame({ t: 'gone', key, note: '' });
    socket.on('error', () => {});
    socket.write(Buffer.concat([frame({ t: 'welcome', ...welcome }), gone('a'), gone('b')]));
  });
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const client = await HolderClient.connect(path, { daemon: true });
  t.after(() => client.dispose());
  const heard: string[] = [];
  client.gone.on(({ key }) => heard.push(key));
  await eventually(() => heard.length === 2);
  assert.deepEqual(heard, ['a', 'b']);
});
