import { describe, it } from 'node:test';
import { DEATH_POINTS, surviveDeaths, survivePowerCut } from '../support/command-deaths.ts';
import { whyNoPortal } from '../support/isolated-host.ts';

describe("a host's daemon that is killed at a step of a command", { skip: whyNoPortal() ?? false }, () => {
  it('each command runs exactly once, and every write is intact', async () => {
    await surviveDeaths(DEATH_POINTS, false);
  });

  it('with everything that ran there: at most once, and what is unknown is told so', async () => {
    await surviveDeaths(['received', 'spawned', 'recorded'], true);
  });

  it('with a power cut that takes what was just written of it: it does not run again, and is told as unknown', async () => {
    await survivePowerCut();
  });
});
