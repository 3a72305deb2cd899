import { describe, it } from 'node:test';
import { surviveKills } from '../support/kill-scenario.ts';

describe('a daemon that is killed', () => {
  it('comes back with the same processes, each line, each key and each screen', async () => {
    await surviveKills({ seed: 1, kills: 4, lines: 20_000 });
  });
});
