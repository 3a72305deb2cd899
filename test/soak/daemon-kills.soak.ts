import { it } from 'node:test';
import { surviveKills } from '../support/kill-scenario.ts';

const seed = Number(process.env.SEED ?? 101);

it(`20 kills in 300,000 lines (seed ${seed})`, async () => {
  const { backMs } = await surviveKills({ seed, kills: 20, lines: 300_000 });
  const sorted = backMs.toSorted((a, b) => a - b);
  console.log(
    `kill to echo, ms: median ${sorted[sorted.length >> 1]!.toFixed(0)}, worst ${sorted.at(-1)!.toFixed(0)}`,
  );
});
