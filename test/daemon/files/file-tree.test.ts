import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileTree } from '../../../src/daemon/files/file-tree.ts';
import type { FileAttributes } from '../../../src/protocol/file-types.ts';
import { makeTempHome } from '../../support/temp-home.ts';

/** But for the time of the last reading, which the listing itself changes. */
const unread = (attributes: FileAttributes): FileAttributes => ({ ...attributes, atime: 0n });

test('a folder is listed with what stat says of each entry, in the order of the names', (t) => {
  const home = makeTempHome();
  t.after(() => home.dispose());
  const root = home.home;
  for (const mode of [0o000, 0o111, 0o200, 0o444, 0o644, 0o755, 0o4755])
    fs.writeFileSync(join(root, `file-${mode}`), 'x'.repeat(mode), { mode });
  for (const mode of [0o000, 0o600, 0o755]) fs.mkdirSync(join(root, `folder-${mode}`), { mode });
  fs.symlinkSync('nowhere', join(root, 'dangling'));
  fs.symlinkSync('x'.repeat(4000), join(root, 'long'));
  fs.linkSync(join(root, 'file-420'), join(root, 'other name'));
  fs.writeFileSync(Buffer.from([...Buffer.from(`${root}/`), 0xe9, 0x0a, 0xff]), 'no UTF-8');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  execFileSync('mknod', [join(root, 'null'), 'c', '1', '3']);
  fs.utimesSync(join(root, 'file-493'), -12.25, 1e10);

  const tree = new FileTree(root);
  t.after(() => tree.close());
  const { self, entries } = tree.list('');
  assert.deepEqual(unread(self), unread(tree.stat('')));
  const names = fs.readdirSync(root, 'latin1').sort();
  assert.deepEqual(
    entries.map(({ name }) => name),
    names,
  );
  for (const { name, attributes, target } of entries) {
    assert.deepEqual(unread(attributes), unread(tree.stat(name)), name);
    assert.equal(target, ['dangling', 'long'].includes(name) ? tree.readlink(name) : undefined);
  }
});
