import { describe, it } from 'node:test';
import { surviveFaults } from '../support/portal-scenario.ts';

describe('an agent in a portal, for a long time', () => {
  it('500 cuts, stalls and kills', async () => {
    await surviveFaults({ seed: 501, rounds: 3000, faults: 500, delayMs: 10 });
  });

  it('1,000 rounds of reads, writes, commands and reads at random delays without a fault: none stale', async () => {
    await surviveFaults({ seed: 502, rounds: 1000, faults: 0, delayMs: 10, pauseMs: 60 });
  });
});
