import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
let mounted: MountedFolder;
let folder: string;

before(async () => {
  if (skip) return;
  folder = fs.mkdtempSync(join(tmpdir(), 'zmx-shim-'));
  const shim = join(folder, 'shim');
  fs.writeFileSync(shim, '#!/bin/sh\necho "shim: $*"\n', { mode: 0o755 });
  mounted = await mountFolder(
    (real) => {
      fs.writeFileSync(join(real, 'script'), '#!/bin/sh\necho local\n', { mode: 0o755 });
      fs.copyFileSync('/bin/true', join(real, 'program'));
      fs.writeFileSync(join(real, 'data'), 'not executable', { mode: 0o644 });
    },
    { shim },
  );
});

after(async () => {
  await mounted?.close();
  if (folder) fs.rmSync(folder, { recursive: true });
});

test("executing the project's own files runs the shim; reading them does not", options, async () => {
  for (const warm of [false, true]) {
    const seen = await mounted.inside(({ fs, childProcess }) => {
      const run = (path: string): string =>
        String(childProcess.spawnSync(path, ['a', 'b c']).stdout ?? 'not started').trim();
      return [
        run('./script'),
        run('./program'),
        run('./data'),
        fs.readFileSync('script', 'utf8'),
        fs.readFileSync('program').equals(fs.readFileSync('/bin/true')),
      ];
    }, null);
    assert.deepEqual(
      seen,
      ['shim: ./script a b c', 'shim: ./program a b c', 'not started', '#!/bin/sh\necho local\n', true],
      warm ? 'warm' : 'cold',
    );
  }
});

test('a file that was just written is executed as the remote has it', options, async () => {
  const seen = await mounted.inside(({ fs, childProcess }) => {
    fs.writeFileSync('made', '#!/bin/sh\necho made\n', { mode: 0o755 });
    return String(childProcess.spawnSync('./made', []).stdout).trim();
  }, null);
  assert.equal(seen, 'shim: ./made');
  assert.equal(fs.readFileSync(join(mounted.real, 'made'), 'utf8'), '#!/bin/sh\necho made\n');
});
