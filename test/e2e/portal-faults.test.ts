import { describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { surviveFaults } from '../support/portal-scenario.ts';

describe('an agent in a portal', { skip: whyNoPortal() ?? false }, () => {
  it('runs each command once, and reads nothing stale, through cuts, stalls and kills', async () => {
    await surviveFaults({ seed: 11, rounds: 40, faults: 8, delayMs: 5 });
  });
});
