import { it } from 'node:test';
import { surviveNetwork } from '../support/network-scenario.ts';

const seed = Number(process.env.SEED ?? 202);
const faults = Number(process.env.COUNT ?? 200);
const maxStallMs = Number(process.env.STALL ?? 60_000);

it(`${faults} faults at 40 ms round trip, stalls of up to ${maxStallMs} ms (seed ${seed})`, async () => {
  const liveAgainMs = await surviveNetwork({ seed, faults, maxStallMs, delayMs: 20 });
  const sorted = liveAgainMs.toSorted((a, b) => a - b);
  console.log(
    `live again, ms: median ${sorted[sorted.length >> 1]!.toFixed(0)}, worst ${sorted.at(-1)!.toFixed(0)}`,
  );
});
