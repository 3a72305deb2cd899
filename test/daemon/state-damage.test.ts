import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damageState } from '../support/state-damage.ts';

test('of a damaged state comes back what was there, and the damage is said', async () => {
  const { sessions, wholeScreens, said } = await damageState(20261130, 40);
  assert.equal(sessions, 40);
  assert.ok(wholeScreens > 10 && said > 10, `${wholeScreens} whole screens, ${said} damages said`);
});
