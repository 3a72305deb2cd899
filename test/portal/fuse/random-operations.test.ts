import assert from 'node:assert/strict';
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';
import { listTree } from './list-tree.ts';
import { randomOperations } from './random-operations.ts';

/** `npm run soak` sets more. */
const RUNS = Number(process.env.ZMX_TEST_FUSE_RUNS ?? 3);
const OPERATIONS = 600;

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000 + RUNS * 10_000, ...(skip ? { skip } : {}) };
let mounted: MountedFolder;

before(async () => {
  if (!skip) mounted = await mountFolder();
});

after(() => mounted?.close());

test('random operations see what they see on a local folder, and leave the same tree', options, async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const local = join(mounted.folder, `local-${seed}`);
    fs.mkdirSync(local);
    fs.mkdirSync(join(mounted.real, `run-${seed}`));
    mounted.files.changed([`run-${seed}`]);
    await mounted.server.revalidateAfterExec(0);
    const expected = randomOperations({ fs, childProcess }, { folder: local, seed, operations: OPERATIONS });
    const seen = await mounted.inside(randomOperations, {
      folder: `run-${seed}`,
      seed,
      operations: OPERATIONS,
    });
    const differs = seen.findIndex((line, i) => line !== expected[i]);
    assert.equal(seen[differs], expected[differs], `seed ${seed}`);
    assert.deepEqual(listTree(join(mounted.real, `run-${seed}`)), listTree(local), `seed ${seed}`);
  }
  assert.deepEqual(mounted.notices, []);
});

test('the same by several programs at once, each in its own folder', options, async () => {
  const runs = [1, 2, 3].map((program) => ({
    // One folder deeper: a symlink to ../a leads out of it.
    folder: `program-${program}/own`,
    seed: 9000 + program,
    operations: OPERATIONS / 3,
  }));
  for (const { folder } of runs)
    for (const side of [mounted.real, mounted.folder]) fs.mkdirSync(join(side, folder), { recursive: true });
  mounted.files.changed(
    runs.map(({ folder }) => folder.split('/')[0]!),
    true,
  );
  await mounted.server.revalidateAfterExec(0);
  const seen = await mounted.inside(
    ({ childProcess }, [source, runs]) => {
      const start = (run: object): Promise<string[]> =>
        new Promise((resolve) => {
          const script = `console.log(JSON.stringify((${source})({ fs: require('fs') }, ${JSON.stringify(run)})))`;
          childProcess.execFile(process.execPath, ['-e', script], (_, output) => resolve(JSON.parse(output)));
        });
      return Promise.all(runs.map(start)) as unknown as string[][];
    },
    [randomOperations.toString(), runs] as const,
  );
  for (const [i, run] of runs.entries()) {
    const expected = randomOperations(
      { fs, childProcess },
      { ...run, folder: join(mounted.folder, run.folder) },
    );
    const differs = expected.findIndex((line, at) => line !== seen[i]![at]);
    assert.equal(seen[i]![differs], expected[differs], `seed ${run.seed}`);
    assert.deepEqual(listTree(join(mounted.real, run.folder)), listTree(join(mounted.folder, run.folder)));
  }
});
