import { test } from 'node:test';
import { survivePowerCuts } from '../support/power-cuts.ts';

const seed = Number(process.env.SEED ?? 103);

test(`40 power cuts while panes print (seed ${seed})`, async (t) => {
  // A history of some minutes takes longer to look through than to print.
  for (let run = 0; run < 10; run++)
    for (const outcome of await survivePowerCuts({ seed: seed + run, copies: 4 })) t.diagnostic(outcome);
});
