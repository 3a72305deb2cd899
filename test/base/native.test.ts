import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { native } from '../../src/base/native.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-native-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => Buffer.from(text, 'latin1');
const at = (name: string) => bytes(join(folder, name));
const code = (expected: string) => (error: NodeJS.ErrnoException) => {
  assert.equal(error.code, expected);
  assert.equal(typeof error.errno, 'number');
  return true;
};

test('openBeneath opens below the root and refuses symlinks and ways out', () => {
  fs.mkdirSync(join(folder, 'root/in'), { recursive: true });
  fs.writeFileSync(join(folder, 'root/in/file'), 'inside');
  fs.writeFileSync(join(folder, 'secret'), 'outside');
  fs.symlinkSync('..', join(folder, 'root/up'));
  fs.symlinkSync('in', join(folder, 'root/side'));
  const root = fs.openSync(join(folder, 'root'), fs.constants.O_RDONLY);
  const open = (path: string, flags: number = fs.constants.O_RDONLY) =>
    native().openBeneath(root, bytes(path), flags, 0o600);
  try {
    const file = open('in/file');
    assert.equal(fs.readFileSync(file, 'utf8'), 'inside');
    fs.closeSync(file);
    assert.throws(() => open('up/secret'), code('ELOOP'));
    assert.throws(() => open('side/file'), code('ELOOP'));
    assert.throws(() => open('../secret'), code('EXDEV'));
    assert.throws(() => open('side'), code('ELOOP'));
    const O_PATH = 0o10000000;
    const link = open('side', O_PATH);
    assert.ok(fs.lstatSync(`/proc/self/fd/${link}`).isSymbolicLink());
    assert.ok(fs.fstatSync(link).isSymbolicLink());
    fs.closeSync(link);
    assert.throws(() => open('up/secret', O_PATH), code('ELOOP'));
    fs.closeSync(open('in/made', fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY));
    assert.equal(fs.statSync(join(folder, 'root/in/made')).mode & 0o777, 0o600);
  } finally {
    fs.closeSync(root);
  }
});

test('renameat2 keeps its flags, utimensat its nanoseconds', () => {
  fs.writeFileSync(join(folder, 'a'), 'a');
  fs.writeFileSync(join(folder, 'b'), 'b');
  assert.throws(() => native().renameat2(at('a'), at('b'), 1), code('EEXIST'));
  native().renameat2(at('a'), at('b'), 2);
  assert.equal(fs.readFileSync(join(folder, 'a'), 'utf8'), 'b');
  native().utimensat(at('a'), null, 1_234_567_890_123_456_789n, true);
  const before = fs.statSync(join(folder, 'a'), { bigint: true });
  assert.equal(before.mtimeNs, 1_234_567_890_123_456_789n);
  native().utimensat(at('a'), -1n, null, true);
  const now = fs.statSync(join(folder, 'a'), { bigint: true });
  assert.equal(now.mtimeNs, before.mtimeNs);
  assert.equal(now.atimeNs, -1n);
  assert.throws(() => native().utimensat(at('none'), null, 'now', true), code('ENOENT'));
});

test('mknod, nameMax and xattr', () => {
  native().mknod(at('fifo'), fs.constants.S_IFIFO | 0o600, 0);
  assert.ok(fs.statSync(join(folder, 'fifo')).isFIFO());
  assert.ok(native().nameMax(bytes(folder)) >= 14);
  assert.ok(native().llistxattr(at('a')) instanceof Buffer);
  assert.throws(
    () => native().lgetxattr(at('a'), bytes('user.none')),
    (e: NodeJS.ErrnoException) => ['ENODATA', 'ENOTSUP', 'EOPNOTSUPP'].includes(e.code ?? ''),
  );
});

test('inotify events arrive at onReadable until it is stopped', async () => {
  const fd = native().inotifyInit();
  native().inotifyAddWatch(fd, bytes(folder), 0x100 /* IN_CREATE */);
  const buffer = Buffer.alloc(4096);
  assert.throws(() => fs.readSync(fd, buffer), code('EAGAIN'));
  const length = await new Promise<number>((resolve) => {
    const stop = native().onReadable(fd, () => {
      stop();
      stop();
      resolve(fs.readSync(fd, buffer));
    });
    fs.writeFileSync(join(folder, 'watched'), '');
  });
  assert.ok(buffer.toString('latin1', 16, length).startsWith('watched\0'));
  fs.closeSync(fd);
});

test('flock excludes a second descriptor', () => {
  const one = fs.openSync(join(folder, 'lock'), 'w');
  const two = fs.openSync(join(folder, 'lock'), 'w');
  assert.equal(native().flock(one, true, true), true);
  assert.equal(native().flock(two, true, true), false);
  fs.closeSync(one);
  assert.equal(native().flock(two, true, true), true);
  fs.closeSync(two);
});
