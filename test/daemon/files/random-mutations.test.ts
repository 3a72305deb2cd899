import { test } from 'node:test';
import { compareRandomly } from '../../support/random-mutations.ts';

test('random mutations give what they give on a local folder, through cuts and restarts', () =>
  compareRandomly({ seed: 20_260, runs: 3, length: 80 }));
