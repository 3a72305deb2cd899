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
