import { describe, it } from 'node:test';
import { survivePowerCuts } from '../support/power-cuts.ts';

describe('what a power cut leaves while panes print', () => {
  it('has the sessions, and each line that is older than the last moment, in order', async (t) => {
    for (const outcome of await survivePowerCuts({ seed: 3, copies: 3 })) t.diagnostic(outcome);
  });
});
