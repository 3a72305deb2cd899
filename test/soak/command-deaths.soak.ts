import { describe, it } from 'node:test';
import { DEATH_POINTS, surviveDeaths } from '../support/command-deaths.ts';

const KILLS = 100;

/** Each point as often as the others. */
const points = Array.from({ length: KILLS }, (_, at) => DEATH_POINTS[at % DEATH_POINTS.length]!);

describe("a host's daemon that is killed at each step of a command, again and again", () => {
  it('100 kills: exactly once', async () => {
    await surviveDeaths(points, false);
  });

  it('100 kills with the holder: at most once', async () => {
    await surviveDeaths(points, true);
  });
});
