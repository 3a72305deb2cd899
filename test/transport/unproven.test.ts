import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { after, test } from 'node:test';
import { makeKeyPair, sharedSecret } from '../../src/auth/keys.ts';
import { prove } from '../../src/auth/proof.ts';
import { connect } from '../../src/client/connection.ts';
import type { Body } from '../../src/protocol/message.ts';
import { type CHALLENGE, HELLO, PROOF, type REFUSED } from '../../src/protocol/messages/handshake.ts';
import { COMMAND } from '../../src/protocol/messages/sessions.ts';
import { MAX_FRAME_BYTES } from '../../src/transport/limits.ts';
import { RawClient } from '../support/raw-client.ts';
import { TransportFixture } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

const server = fixture.server();
const joined: string[] = [];
server.joined.on((peer) => joined.push(peer.id));
const endpoint = fixture.tcp(await server.bindTcp('127.0.0.1', 0));
await server.bindIpc(fixture.socketPath);
const port = endpoint.kind === 'tcp' ? endpoint.port : 0;

function client(keys = fixture.clientKeys): RawClient {
  return fixture.use(new RawClient(endpoint, keys));
}

const command = { id: 1, op: 'op', argv: ['kill-server'], cwd: '/' };

test('without CURVE, and with a key that nobody authorised, no connection comes about', async () => {
  const plain = fixture.use(new RawClient(endpoint));
  await plain.disconnected;
  const stranger = fixture.use(connect(endpoint, { keys: makeKeyPair() }));
  await assert.rejects(stranger.ready(), { code: 'refused', message: /zmx authorize/ });
  assert.equal(server.counts.dispatched, 0);
});

test('a daemon with another key than expected is not spoken to, and the reason is told', async () => {
  const elsewhere = { kind: 'tcp', address: '127.0.0.1', port, serverKey: makeKeyPair().publicKey } as const;
  const connection = fixture.use(connect(elsewhere, { keys: fixture.clientKeys }));
  await connection.stateChanged.once(
    (state) => state.kind === 'connecting' && /another key.*zmx key/.test(state.why),
  );
  connection.dispose();
});

test('a command without HELLO is answered REHELLO and looked at by nobody', async () => {
  const hasty = client();
  hasty.say(COMMAND, command, 1);
  assert.equal((await hasty.next()).definition.name, 'REHELLO');
  assert.equal(server.counts.dispatched, 0);
});

test('another major version is refused with a sentence that says which side to upgrade', async () => {
  for (const [major, side] of [
    [0, 'client'],
    [2, 'daemon'],
  ] as const) {
    const other = client();
    const refusal = (await other.greet({ major })).body as Body<typeof REFUSED>;
    assert.equal(refusal.code, 'version');
    assert.match(refusal.message, new RegExp(`upgrade the ${side}`));
  }
});

test('one authorised client cannot speak for another: neither with its key nor in its session', async () => {
  const thief = makeKeyPair();
  fixture.authorized.add(thief.publicKey, 'a thief');
  const owner = client();
  assert.equal((await owner.greet({ session: 'owned' })).definition.name, 'WELCOME');

  const names = client(thief);
  const asOwner = await names.greet(
    { session: 'owned', generation: 2, key: fixture.clientKeys.publicKey },
    thief,
  );
  assert.equal((asOwner.body as Body<typeof REFUSED>).code, 'refused');
  const byItself = await client(thief).greet({ session: 'owned', generation: 2 });
  assert.match((byItself.body as Body<typeof REFUSED>).message, /belongs to another key/);
  const overIpc = await fixture.use(new RawClient(fixture.ipc())).greet({ session: 'owned', generation: 3 });
  assert.match((overIpc.body as Body<typeof REFUSED>).message, /belongs to another key/);

  await owner.settled('PONG');
  assert.equal(server.counts.dispatched, 0);
});

test('a proof holds once: its replay proves nothing', async () => {
  const first = client();
  const hello = first.hello({ session: 'replayed' });
  const { nonce, epoch } = (await first.next()).body as Body<typeof CHALLENGE>;
  const secret = sharedSecret(fixture.clientKeys.secretKey, fixture.serverKeys.publicKey);
  const proof = prove(secret, nonce, { ...hello, epoch });
  first.say(PROOF, { proof });
  assert.equal((await first.next()).definition.name, 'WELCOME');

  const second = client();
  second.say(PROOF, { proof });
  assert.equal((await second.next()).definition.name, 'REHELLO', 'a PROOF that nobody asked for');
  second.say(HELLO, hello);
  assert.equal((await second.next()).definition.name, 'CHALLENGE');
  second.say(PROOF, { proof });
  assert.equal((await second.next()).definition.name, 'REFUSED', 'the proof for another nonce');

  const resumed = { ...hello, generation: 2, resume: true };
  const quick = { ...resumed, proof: prove(secret, new Uint8Array(), { ...resumed, epoch }) };
  const third = client();
  third.say(HELLO, quick);
  assert.equal((await third.next()).definition.name, 'WELCOME', 'a new generation needs no challenge');
  const fourth = client();
  fourth.say(HELLO, quick);
  assert.equal((await fourth.next()).definition.name, 'CHALLENGE', 'the same again does');
});

test('a repeated message is dropped, and one too many ends the connection', async () => {
  const dispatched = server.counts.dispatched;
  const raw = client();
  await raw.greet({ session: 'repeating' });
  for (const seq of [1, 1, 2, 1, 2]) raw.say(COMMAND, { ...command, id: seq }, seq);
  await raw.settled('PONG');
  assert.equal(server.counts.dispatched, dispatched + 2);
  raw.say(COMMAND, command, 4);
  await raw.settled('REHELLO');
  assert.equal(server.counts.dispatched, dispatched + 2);
});

test('huge frames, truncated greetings and noise on the port disturb nobody', async () => {
  const good = fixture.use(connect(endpoint, { keys: fixture.clientKeys }));
  await good.ready();
  const huge = client();
  await huge.greet({ session: 'huge' });
  void huge.raw([new Uint8Array(16), new Uint8Array(MAX_FRAME_BYTES + 1)]);
  await huge.disconnected;
  for (const noise of [randomBytes(5000), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0xff, 0, 0])]) {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume().end(noise);
    await closed;
  }
  assert.equal(good.state.kind, 'live');
});

test('a key that is taken away loses its session', async () => {
  const keys = makeKeyPair();
  fixture.authorized.add(keys.publicKey, 'for a while');
  const connection = fixture.use(connect(endpoint, { keys }));
  await connection.ready();
  fixture.authorized.remove(keys.publicKey);
  const ended = await connection.stateChanged.once((state) => state.kind === 'refused');
  assert.equal(ended.kind === 'refused' && ended.code, 'refused');
});

test('nothing of all this made a session of its own', async () => {
  assert.deepEqual(
    joined.filter((id) => id.length < 21),
    ['owned', 'replayed', 'repeating', 'huge'],
  );
});
