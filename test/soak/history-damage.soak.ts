import { test } from 'node:test';
import { damageHistory } from '../support/history-damage.ts';

test('1,000 random damages to the history', (t) => {
  const { lines, lost } = damageHistory(20261202, 1000);
  t.diagnostic(`${lost} of ${lines} lines were lost, and each said so`);
});
