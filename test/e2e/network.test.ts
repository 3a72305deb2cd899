import { describe, it } from 'node:test';
import { surviveNetwork } from '../support/network-scenario.ts';

describe('a session on another host', () => {
  it('takes each line once and in order through cuts and stalls', async () => {
    await surviveNetwork({ seed: 7, faults: 6, maxStallMs: 4_000, delayMs: 20 });
  });
});
