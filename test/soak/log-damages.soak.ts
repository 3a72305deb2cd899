import { it } from 'node:test';
import { surviveDamages } from '../support/log-damages.ts';

const seed = Number(process.env.SEED ?? 1);
const count = Number(process.env.COUNT ?? 1000);

it(`${count} damages to a log (seed ${seed})`, async () => {
  console.log(`survived: ${await surviveDamages({ seed, count })}`);
});
