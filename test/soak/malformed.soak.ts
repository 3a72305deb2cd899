import { malformedAfterProof, malformedBeforeProof } from '../support/malformed-run.ts';
import { TransportFixture } from '../support/transport.ts';

/** 100,000 random and mutated messages before the proof of the key, and as many after it. */
const COUNT = 100_000;
const SEED = Number(process.env.SEED ?? 20260131);

const fixture = new TransportFixture();
const before = await malformedBeforeProof(fixture, COUNT, SEED);
const resident = process.memoryUsage.rss();
const after = await malformedAfterProof(fixture, COUNT, SEED + 1);
const grown = Math.round((process.memoryUsage.rss() - resident) / 1024 / 1024);
fixture.dispose();

console.log(`seed ${SEED}, ${COUNT} messages before the proof: ${JSON.stringify(before)}`);
console.log(`${COUNT} messages after it: ${JSON.stringify(after)}; grown by ${grown} MiB`);
const ok =
  before.dispatched === 0 &&
  before.joined === 0 &&
  before.alive &&
  after.errors === after.malformed &&
  after.dispatched === after.honest &&
  grown < 100;
console.log(ok ? 'ok' : 'NOT OK');
process.exit(ok ? 0 : 1);
