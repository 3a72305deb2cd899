import { test } from 'node:test';
import { damageState } from '../support/state-damage.ts';

test('1,000 random damages to the state', async (t) => {
  const { sessions, wholeScreens, said } = await damageState(20261201, 1000);
  t.diagnostic(
    `sessions in ${sessions}, whole screens in ${wholeScreens} of 1,000 rounds; ${said} damages said`,
  );
});
