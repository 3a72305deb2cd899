import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '../../src/client/connection.ts';
import { FlakyProxy } from '../support/flaky-proxy.ts';
import { NumberedTraffic } from '../support/numbered-traffic.ts';
import { seededBelow, TransportFixture, until } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

const MESSAGES = 2000;
const CUTS = 20;

test('messages in every direction arrive once and in order through cuts, stalls and truncations', async () => {
  const random = seededBelow(20260131);
  const server = fixture.server();
  const proxy = fixture.use(await FlakyProxy.start(await server.bindTcp('127.0.0.1', 0), { delayMs: 2 }));
  const connection = fixture.use(connect(fixture.tcp(proxy.port), { keys: fixture.clientKeys }));
  const traffic = fixture.use(new NumberedTraffic(server, connection, 2000));
  let epochs = 0;
  let joined = 0;
  connection.epochChanged.on(() => epochs++);
  server.joined.on(() => joined++);

  let cuts = 0;
  for (let seq = 1; seq <= MESSAGES; seq++) {
    traffic.key(seq);
    if (seq % (MESSAGES / CUTS) !== 0) {
      if (seq % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const kind = random(5);
    if (kind === 0) proxy.cut();
    else if (kind === 1) proxy.cutAfterBytes(1 + random(20_000));
    else if (kind === 4) connection.redial();
    else {
      proxy.stall();
      setTimeout(() => {
        if (kind === 3) proxy.cut();
        proxy.resume();
      }, random(200));
    }
    cuts++;
    // Half of the disturbances meet a connection that has settled, the others one that is being made.
    if (random(2) === 0) await until('all has arrived', () => traffic.complete === seq);
  }
  await until('all has arrived', () => traffic.complete === MESSAGES);
  await until('all is acknowledged', () => connection.queuedBytes === 0);

  assert.equal(traffic.verdict(MESSAGES), 'keys: exact, answers: exact, frames: exact');
  assert.equal(cuts, CUTS);
  assert.deepEqual({ epochs, joined }, { epochs: 1, joined: 1 }, 'the session is one and the same');
});

test('a connection that stalls is shown as stale, and a fresh one takes over where the old one stopped', async () => {
  const server = fixture.server();
  const target = await server.bindTcp('127.0.0.1', 0);
  const proxy = fixture.use(await FlakyProxy.start(target));
  const connection = fixture.use(connect(fixture.tcp(proxy.port), { keys: fixture.clientKeys }));
  const traffic = fixture.use(new NumberedTraffic(server, connection, 100));
  await connection.ready();
  traffic.key(1);
  await until('the first key is answered', () => traffic.complete === 1);

  proxy.stall();
  traffic.key(2);
  const stale = await connection.stateChanged.once();
  assert.equal(stale.kind, 'connecting');
  await until('fresh connections are dialled beside the silent ones', () => proxy.accepted > 2);
  traffic.key(3);
  const live = connection.stateChanged.once((state) => state.kind === 'live');
  proxy.resume();
  await live;
  await until('all has arrived', () => traffic.complete === 3);
  assert.equal(traffic.verdict(3), 'keys: exact, answers: exact, frames: exact');
});
