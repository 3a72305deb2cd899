import { it } from 'node:test';
import { surviveDamages } from '../support/log-damages.ts';

it('damage costs what it hits, and nothing is invented', async () => {
  await surviveDamages({ seed: 31, count: 25 });
});
