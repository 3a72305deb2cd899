import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Context } from 'zeromq';
import { sharedSecret } from '../../src/auth/keys.ts';
import { prove } from '../../src/auth/proof.ts';
import { connect } from '../../src/client/connection.ts';
import { knownEpoch } from '../../src/client/known-epoch.ts';
import { BYE, HELLO } from '../../src/protocol/messages/handshake.ts';
import { COMMAND, REPLY } from '../../src/protocol/messages/sessions.ts';
import { decodeLaneHeader } from '../../src/transport/lane-header.ts';
import { RouterPort } from '../../src/transport/router.ts';
import { ZapHandler } from '../../src/transport/zap.ts';
import { RawClient } from '../support/raw-client.ts';
import { TransportFixture } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

const secret = sharedSecret(fixture.clientKeys.secretKey, fixture.serverKeys.publicKey);
const command = { op: 'op', argv: ['list-sessions'], cwd: '/' };

/** A HELLO that proves the key for this epoch without being asked. */
function proven(epoch: string, session: string, generation = 1) {
  const claim = { epoch, session, generation, lane: 'control' };
  return { session, generation, proof: prove(secret, new Uint8Array(), claim) };
}

test('whoever knows the epoch proves its key in HELLO, once for each session', async () => {
  const server = fixture.server();
  const endpoint = fixture.tcp(await server.bindTcp('127.0.0.1', 0));
  const client = () => fixture.use(new RawClient(endpoint, fixture.clientKeys));
  const answerTo = async (hello: Parameters<RawClient['hello']>[0]) => {
    const caller = client();
    caller.hello(hello);
    return { caller, answer: (await caller.next()).definition.name };
  };
  const hello = proven(server.epoch, 'a-session-that-leaves');
  const { caller, answer } = await answerTo(hello);
  assert.equal(answer, 'WELCOME');
  const left = server.left.once();
  caller.say(BYE, {});
  await left;

  assert.equal((await answerTo(hello)).answer, 'CHALLENGE', 'the same again');
  const later = proven(server.epoch, 'a-session-that-leaves', 2);
  assert.equal((await answerTo(later)).answer, 'CHALLENGE', 'a session that was here');
  const another = proven('another epoch', 'a-session-of-another-epoch');
  assert.equal((await answerTo(another)).answer, 'CHALLENGE', 'another epoch');
  const borrowed = { ...proven(server.epoch, 'a-session'), session: 'another-session' };
  assert.equal((await answerTo(borrowed)).answer, 'CHALLENGE', 'the proof of another session');
});

test('what is asked of a known daemon goes out behind HELLO, without any answer', async () => {
  const context = new Context();
  fixture.use(await ZapHandler.bind(context, () => undefined));
  /** By connection. */
  const came = new Map<string, string[]>();
  let wake = (_all: readonly string[]) => {};
  const all = new Promise<readonly string[]>((resolve) => {
    wake = resolve;
  });
  const received = (_router: RouterPort, from: string, [lane, header]: Buffer[]) => {
    const list = came.get(from) ?? [];
    came.set(from, list);
    list.push(`${decodeLaneHeader(lane)?.seq} ${header?.[1]}`);
    if (list.length === 3) wake(list);
  };
  const { router, port } = await RouterPort.tcp(context, '127.0.0.1', 0, fixture.serverKeys, {
    received,
    unroutable: () => {},
    disconnected: () => {},
  });
  fixture.use(router);
  const known = { value: 'the epoch', keep: () => {} };
  const connection = fixture.use(connect(fixture.tcp(port), { keys: fixture.clientKeys, known }));
  const answers = Promise.allSettled([1, 2].map(() => connection.request(COMMAND, command)));
  assert.deepEqual(await all, [`0 ${HELLO.type}`, `1 ${COMMAND.type}`, `2 ${COMMAND.type}`]);
  assert.equal(connection.state.kind, 'connecting');
  connection.dispose();
  await answers;
});

test('each request is taken once, whatever the client believed of the epoch', async () => {
  const folder = `${fixture.folder}/state`;
  const server = fixture.server();
  const endpoint = fixture.tcp(await server.bindTcp('127.0.0.1', 0));
  const ops: string[] = [];
  server.received.on(({ peer, message }) => {
    const { id, op } = message.body as { id: number; op: string };
    ops.push(op);
    peer.send(REPLY, { re: id });
  });
  for (const believed of [undefined, 'a former epoch', server.epoch]) {
    if (believed !== undefined) knownEpoch(folder, endpoint).keep(believed);
    const known = knownEpoch(folder, endpoint);
    assert.equal(known.value, believed);
    const connection = fixture.use(connect(endpoint, { keys: fixture.clientKeys, known }));
    ops.length = 0;
    const wanted = ['one', 'two', 'three'];
    await Promise.all(wanted.map((op) => connection.request(COMMAND, { ...command, op })));
    assert.deepEqual(ops, wanted);
    assert.equal(knownEpoch(folder, endpoint).value, server.epoch);
    connection.dispose();
  }
});

test('each daemon of a machine has an epoch of its own, though they share its key', () => {
  const of = (port: number) => knownEpoch(`${fixture.folder}/shared`, fixture.tcp(port));
  of(1).keep('first');
  of(2).keep('second');
  assert.deepEqual([of(1).value, of(2).value], ['first', 'second']);
  of(1).keep('third');
  assert.deepEqual([of(1).value, of(2).value], ['third', 'second']);
});
