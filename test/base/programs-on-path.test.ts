import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { programsOnPath } from '../../src/base/programs-on-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-programs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('programs are the files on PATH that may be executed, also through links', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const place of [one, other]) mkdirSync(place);
  writeFileSync(join(one, 'program'), '', { mode: 0o755 });
  writeFileSync(join(one, 'data'), '', { mode: 0o644 });
  mkdirSync(join(one, 'folder'));
  symlinkSync('program', join(one, 'link'));
  symlinkSync('folder', join(one, 'link-to-folder'));
  symlinkSync('nowhere', join(one, 'broken'));
  writeFileSync(join(other, 'data'), '', { mode: 0o755 });
  writeFileSync(join(other, 'prögram'), '', { mode: 0o755 });
  const path = [one, join(folder, 'missing'), 'relative', '', `/${'long'.repeat(2000)}`, one, other].join(
    ':',
  );
  assert.deepEqual([...(await programsOnPath(path))].sort(), ['data', 'link', 'program', 'prögram']);
  assert.deepEqual([...(await programsOnPath(''))], []);
  for (let at = 0; at < 1000; at++) writeFileSync(join(other, `program-${at}`), '', { mode: 0o755 });
  assert.equal((await programsOnPath(other)).size, 1002);
});
