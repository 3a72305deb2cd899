import { it } from 'node:test';
import { compareRandomly } from '../support/random-mutations.ts';

const seed = Number(process.env.SEED ?? 7);

it(`10,000 random mutations of files (seed ${seed})`, () => compareRandomly({ seed, runs: 50, length: 200 }));
