import { connect } from '../../src/client/connection.ts';
import { FlakyProxy } from '../support/flaky-proxy.ts';
import { NumberedTraffic } from '../support/numbered-traffic.ts';
import { seededBelow, TransportFixture, until } from '../support/transport.ts';

/** 200 cuts and stalls of 1 to 60 s, at 40 ms of round trip, under numbered messages in every direction. */
const DISTURBANCES = Number(process.env.COUNT ?? 200);
const LONGEST_STALL_MS = Number(process.env.STALL ?? 60_000);
const SEED = Number(process.env.SEED ?? 20260131);
const ROUND_TRIP_MS = 40;
/** DESIGN's promise: live again within 1 s and eight round trips of the network's return. */
const PROMISE_MS = 1000 + 8 * ROUND_TRIP_MS;

const random = seededBelow(SEED);
const fixture = new TransportFixture();
const server = fixture.server();
const port = await server.bindTcp('127.0.0.1', 0);
const proxy = fixture.use(await FlakyProxy.start(port, { delayMs: ROUND_TRIP_MS / 2 }));
const connection = fixture.use(connect(fixture.tcp(proxy.port), { keys: fixture.clientKeys }));
const traffic = fixture.use(new NumberedTraffic(server, connection, 1500));
let epochs = 0;
connection.epochChanged.on(() => epochs++);
await connection.ready();

let seq = 0;
const typing = setInterval(() => traffic.key(++seq), 20);
const returns: number[] = [];
for (let done = 0; done < DISTURBANCES; done++) {
  await new Promise((resolve) => setTimeout(resolve, random(500)));
  const before = seq;
  if (random(4) > 0) {
    if (random(2)) proxy.cut();
    else proxy.cutAfterBytes(1 + random(10_000));
    await until('the key typed last has its frame', () => traffic.complete >= before);
    continue;
  }
  proxy.stall();
  await new Promise((resolve) => setTimeout(resolve, 1000 + random(LONGEST_STALL_MS - 1000)));
  if (random(2)) proxy.cut();
  const during = seq;
  const returned = performance.now();
  proxy.resume();
  await until('the keys typed during the stall have their frames', () => traffic.complete >= during);
  returns.push(performance.now() - returned);
}
clearInterval(typing);
await until('all has arrived', () => traffic.complete === seq);
returns.sort((a, b) => a - b);
const worst = Math.round(returns.at(-1) ?? 0);
console.log(
  `seed ${SEED}, ${DISTURBANCES} disturbances, ${returns.length} stalls, ${seq} keys: ${traffic.verdict(seq)}`,
);
console.log(
  `live again after ${worst} ms at most, ${Math.round(returns[returns.length >> 1] ?? 0)} ms in the middle; promised ${PROMISE_MS} ms`,
);
console.log(`sessions: ${epochs}`);
const ok =
  traffic.verdict(seq) === 'keys: exact, answers: exact, frames: exact' &&
  epochs === 1 &&
  worst <= PROMISE_MS;
fixture.dispose();
console.log(ok ? 'ok' : 'NOT OK');
process.exit(ok ? 0 : 1);
