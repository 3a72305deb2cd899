import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import type { MutationPoint } from '../../src/daemon/files/mutator.ts';
import { assertSurvived, deathAt } from '../support/file-deaths.ts';
import { course } from '../support/mutation-course.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-file-deaths-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Points that every mutation passes, and those of some. The last one fails: it has no effect to die after. */
const everywhere: readonly MutationPoint[] = ['received', 'journalled', 'effected', 'recorded'];
const further: readonly [seq: number, point: MutationPoint][] = [
  [1, 'making'],
  [1, 'made'],
  [2, 'making'],
  [2, 'made'],
  [2, 'chunk'],
  [3, 'truncated'],
  [3, 'chunk'],
  [4, 'chunk'],
  [5, 'made'],
  [6, 'made'],
];

it('a death at every named point of every mutation, its content inline and staged', () => {
  const deaths = course.flatMap((_, i) =>
    everywhere
      .filter((point) => point !== 'effected' || i + 1 < course.length)
      .map((point): [number, MutationPoint] => [i + 1, point]),
  );
  for (const [seq, point] of [...deaths, ...further])
    for (const staging of ['inline', 'staged'] as const)
      assertSurvived(deathAt(folder, seq, point, staging), seq, point);
  console.log(`${2 * (deaths.length + further.length)} deaths`);
});
