import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '../../src/client/connection.ts';
import { BELL, CLIPBOARD } from '../../src/protocol/messages/sessions.ts';
import { UNLINKED_QUEUE_BYTES } from '../../src/transport/limits.ts';
import { FlakyProxy } from '../support/flaky-proxy.ts';
import { RawClient } from '../support/raw-client.ts';
import { TransportFixture, until } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

test('a session without connection is kept with what it is owed, and given up when that is too much', async () => {
  const server = fixture.server();
  const proxy = fixture.use(await FlakyProxy.start(await server.bindTcp('127.0.0.1', 0)));
  const connection = fixture.use(connect(fixture.tcp(proxy.port), { keys: fixture.clientKeys }));
  const epochs: boolean[] = [];
  let bells = 0;
  connection.epochChanged.on(({ first }) => epochs.push(first));
  connection.received.on(({ definition }) => {
    if (definition === BELL) bells++;
  });
  const peer = await server.joined.once();
  await connection.ready();

  const away = async () => {
    proxy.refuse(true);
    proxy.cut();
    await until('the daemon knows that the connections are gone', () => !peer.linked);
  };
  await away();
  peer.send(BELL, {});
  proxy.refuse(false);
  await until('the bell has rung after all', () => bells === 1);
  assert.deepEqual(epochs, [true]);

  await away();
  const left = server.left.once();
  const megabyte = new Uint8Array(1024 * 1024);
  for (let sent = 0; sent <= UNLINKED_QUEUE_BYTES; sent += megabyte.length)
    peer.send(CLIPBOARD, {}, [megabyte]);
  assert.equal(await left, peer);
  assert.equal(peer.queuedBytes, 0);
  proxy.refuse(false);
  await until('the client has begun another session', () => epochs.length === 2);
  assert.deepEqual(epochs, [true, false]);
});

test('a client that dies without a word is noticed at once, and its session ends soon where it was local', async () => {
  const server = fixture.server();
  await server.bindIpc(fixture.socketPath);
  const client = new RawClient(fixture.ipc());
  const linked: boolean[] = [];
  server.linkChanged.on((change) => linked.push(change.linked));
  const left = server.left.once();
  await client.greet({ session: 'a-local-client-that-dies' });
  client.dispose();
  await until('the daemon knows', () => linked.length === 2);
  assert.deepEqual(linked, [true, false]);
  assert.equal((await left).id, 'a-local-client-that-dies');
});

test('a client that says goodbye leaves at once; so does one that the daemon sends away, with the reason', async () => {
  const server = fixture.server();
  const port = await server.bindTcp('127.0.0.1', 0);
  const left: string[] = [];
  server.left.on((peer) => left.push(peer.id));
  const first = connect(fixture.tcp(port), { keys: fixture.clientKeys });
  const firstPeer = await server.joined.once();
  await first.ready();
  first.dispose();
  await until('it has left', () => left.length === 1);
  assert.deepEqual(left, [firstPeer.id]);

  const second = fixture.use(connect(fixture.tcp(port), { keys: fixture.clientKeys }));
  const secondPeer = await server.joined.once();
  await second.ready();
  secondPeer.close('the server exits');
  const state = await second.stateChanged.once((change) => change.kind === 'refused');
  assert.deepEqual(state, { kind: 'refused', code: 'closed', message: 'the server exits' });
});
