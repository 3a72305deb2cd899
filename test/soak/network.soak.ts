import { it } from 'node:test';
import { surviveNetwork } from '../support/network-scenario.ts';

const seed = Number(process.env.SEED ?? 202);

it(`200 faults at 40 ms round trip (seed ${seed})`, async () => {
  const liveAgainMs = await surviveNetwork({ seed, faults: 200, maxStallMs: 60_000, delayMs: 20 });
  const sorted = liveAgainMs.toSorted((a, b) => a - b);
  console.log(
    `live again, ms: median ${sorted[sorted.length >> 1]!.toFixed(0)}, worst ${sorted.at(-1)!.toFixed(0)}`,
  );
});
