import { encodeHeader } from '../../src/protocol/codec.ts';
import { ERROR } from '../../src/protocol/messages/handshake.ts';
import { COMMAND, REPLY } from '../../src/protocol/messages/sessions.ts';
import { encodeLaneHeader } from '../../src/transport/lane-header.ts';
import { isHonest, malformedHeader, unprovenMessage } from './malformed.ts';
import { RawClient } from './raw-client.ts';
import { seededBelow, type TransportFixture, until } from './transport.ts';

/** So many messages are on their way before the daemon must have answered. */
const BATCH = 200;

/** Sends `count` messages from connections that CURVE lets in and that prove nothing. */
export async function malformedBeforeProof(
  fixture: TransportFixture,
  count: number,
  seed: number,
): Promise<{ dispatched: number; joined: number; alive: boolean }> {
  const random = seededBelow(seed);
  const server = fixture.server();
  let joined = 0;
  server.joined.on(() => joined++);
  const endpoint = fixture.tcp(await server.bindTcp('127.0.0.1', 0));
  for (let sent = 0; sent < count; sent += BATCH) {
    const client = new RawClient(endpoint, fixture.clientKeys);
    for (let index = 0; index < BATCH; index++) await client.raw(unprovenMessage(random));
    await until('every message is answered', () => client.inbox.length === BATCH);
    client.dispose();
  }
  const { dispatched } = server.counts;
  const before = joined;
  const honest = new RawClient(endpoint, fixture.clientKeys);
  const alive = (await honest.greet()).definition.name === 'WELCOME';
  honest.dispose();
  server.dispose();
  return { dispatched, joined: before, alive };
}

/**
 * Sends `count` numbered messages from a proven connection, nearly all malformed,
 * and counts the answers: ERROR for those, and whatever honest ones got dispatched.
 */
export async function malformedAfterProof(
  fixture: TransportFixture,
  count: number,
  seed: number,
): Promise<{ malformed: number; honest: number; errors: number; counted: number; dispatched: number }> {
  const random = seededBelow(seed);
  const server = fixture.server();
  server.received.on(({ peer }) => peer.send(REPLY, { re: 0 }));
  const client = new RawClient(fixture.tcp(await server.bindTcp('127.0.0.1', 0)), fixture.clientKeys);
  await client.greet();
  let malformed = 0;
  let honest = 0;
  let errors = 0;
  let replies = 0;
  for (let seq = 1; seq <= count; seq++) {
    const header = random(50) === 0 ? command(seq) : malformedHeader(random);
    if (isHonest(header)) honest++;
    else malformed++;
    await client.raw([encodeLaneHeader(seq, client.receivedSeq), header]);
    if (seq % BATCH !== 0 && seq !== count) continue;
    await until('every message is answered', () => {
      for (const message of client.inbox.splice(0)) {
        if (message.definition === ERROR) errors++;
        if (message.definition === REPLY) replies++;
      }
      return errors + replies === seq;
    });
  }
  const { dispatched, invalid } = server.counts;
  client.dispose();
  server.dispose();
  return { malformed, honest, errors, counted: invalid, dispatched };
}

function command(id: number): Uint8Array {
  return encodeHeader(COMMAND, { id, op: `op-${id}`, argv: ['list-sessions'], cwd: '/' });
}
