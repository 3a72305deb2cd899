import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LocalFiles } from '../../support/local-files.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-effects-'));
const root = join(folder, 'root');
fs.mkdirSync(root);
const files = new LocalFiles(root);
after(() => {
  files.close();
  fs.rmSync(folder, { recursive: true, force: true });
});
const code = (expected: string) => (error: unknown) => {
  assert.equal((error as NodeJS.ErrnoException).code, expected);
  return true;
};
const text = (content: string) => Buffer.from(content);
const here = (path: string) => join(root, path);
const write = (path: string, content: string) =>
  files.mutate({
    kind: 'write',
    path,
    truncate: 0,
    ranges: [{ offset: 0, data: text(content) }],
    create: { mode: 0o644, exclusive: false },
  });

test('a write is in place: same inode, hard link and mode', async () => {
  fs.writeFileSync(here('one'), 'before', { mode: 0o640 });
  fs.linkSync(here('one'), here('two'));
  const { ino } = fs.statSync(here('one'), { bigint: true });
  const done = await write('one', 'after');
  assert.equal(fs.readFileSync(here('two'), 'utf8'), 'after');
  assert.equal(done.value.touched[0]?.attributes?.ino, ino);
  assert.equal(done.value.touched[0]?.attributes?.nlink, 2);
});

test('a new file has exactly the mode that was asked for, and may be written when it is read-only', async () => {
  await files.mutate({ kind: 'create', path: 'object', mode: 0o444, exclusive: true });
  await assert.rejects(
    files.mutate({ kind: 'create', path: 'object', mode: 0o444, exclusive: true }),
    code('EEXIST'),
  );
  await files.mutate({ kind: 'write', path: 'object', ranges: [{ offset: 3, data: text('x') }] });
  assert.equal(fs.readFileSync(here('object'), 'latin1'), '\0\0\0x');
  assert.equal(fs.statSync(here('object')).mode & 0o7777, 0o444);
  await files.mutate({ kind: 'mkdir', path: 'shared', mode: 0o777 });
  assert.equal(fs.statSync(here('shared')).mode & 0o777, 0o777);
});

test('a file that somebody else changed is not written', async () => {
  fs.writeFileSync(here('mine'), 'v1');
  const base = (await files.stat('mine')).value;
  fs.writeFileSync(here('mine'), 'theirs');
  await assert.rejects(
    files.mutate({
      kind: 'write',
      path: 'mine',
      base,
      truncate: 0,
      ranges: [{ offset: 0, data: text('v2') }],
    }),
    code('ESTALE'),
  );
  assert.equal(fs.readFileSync(here('mine'), 'utf8'), 'theirs');
});

test('no path leads out of the root', async () => {
  fs.writeFileSync(join(folder, 'secret'), 'secret');
  fs.symlinkSync('..', here('up'));
  fs.symlinkSync('../secret', here('leak'));
  for (const path of ['../secret', 'shared/../../secret', '/etc/passwd', './one', 'a//b', 'a\0b', 'ŝ'])
    await assert.rejects(files.read(path, 0, 10), code('EINVAL'));
  await assert.rejects(files.read('up/secret', 0, 10), code('ELOOP'));
  await assert.rejects(files.read('leak', 0, 10), code('ELOOP'));
  await assert.rejects(files.list('up'), (e: { code: string }) => ['ELOOP', 'ENOTDIR'].includes(e.code));
  await assert.rejects(write('leak', 'x'), code('ELOOP'));
  await assert.rejects(write('up/new', 'x'), (e: { code: string }) => ['ELOOP', 'ENOTDIR'].includes(e.code));
  await assert.rejects(files.mutate({ kind: 'chmod', path: 'leak', mode: 0o777 }), code('ELOOP'));
  await assert.rejects(
    files.mutate({ kind: 'rename', path: 'one', to: 'up/one', flags: 0 }),
    (e: { code: string }) => ['ELOOP', 'ENOTDIR'].includes(e.code),
  );
  assert.equal((await files.readlink('leak')).value, '../secret');
  assert.equal(fs.readFileSync(join(folder, 'secret'), 'utf8'), 'secret');
  assert.ok(!fs.existsSync(join(folder, 'new')));
});

test('names are bytes', async () => {
  const name = Buffer.from(Array.from({ length: 255 }, (_, i) => (i + 1 === 47 ? 48 : i + 1))).toString(
    'latin1',
  );
  await write(name, 'any');
  await files.mutate({ kind: 'symlink', path: 'bytes', target: name });
  const listed = (await files.list('')).value.entries;
  assert.ok(listed.some((entry) => entry.name === name));
  assert.equal(listed.find((entry) => entry.name === 'bytes')?.target, name);
  assert.deepEqual(Buffer.from((await files.read(name, 0, 10)).value.data).toString(), 'any');
  const raw = fs.readdirSync(Buffer.from(root), { encoding: 'buffer' });
  assert.ok(raw.some((entry) => entry.toString('latin1') === name));
});

test('what is no file is not read, and does not hold anybody up', async () => {
  await files.mutate({ kind: 'mknod', path: 'fifo', mode: fs.constants.S_IFIFO | 0o600, rdev: 0 });
  await assert.rejects(files.read('fifo', 0, 1), code('EINVAL'));
  await assert.rejects(files.read('shared', 0, 1), code('EISDIR'));
  await assert.rejects(write('fifo', 'x'), (e: { code: string }) => ['ENXIO', 'EINVAL'].includes(e.code));
});
