import assert from 'node:assert/strict';
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';
import { listTree } from './list-tree.ts';
import { posixCases } from './posix-cases.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
let mounted: MountedFolder;

before(async () => {
  if (!skip) mounted = await mountFolder();
});

after(() => mounted?.close());

test('system calls and their errors are those of a local folder', options, async () => {
  const local = join(mounted.folder, 'local');
  fs.mkdirSync(local);
  const expected = posixCases({ fs, childProcess }, local);
  const seen = await mounted.inside(posixCases, '.');
  for (const name of Object.keys(expected))
    assert.deepEqual(seen[name], JSON.parse(JSON.stringify(expected[name])), name);
  // What the programs saw is what the remote has.
  assert.deepEqual(listTree(mounted.real), listTree(local));
  assert.deepEqual(mounted.notices, []);
});
