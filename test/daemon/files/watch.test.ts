import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { QuietMark } from '../../../src/daemon/files/quiet-mark.ts';
import { FS_LIST, FS_STAT } from '../../../src/protocol/messages/files.ts';
import { DirectSession } from '../../support/direct-session.ts';

// Sessions in this thread: nothing is read from inotify but where a test says so.

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-watch-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function opened(maxWatches?: number) {
  const root = fs.mkdtempSync(join(folder, 'root-'));
  const direct = new DirectSession({
    root,
    folder: `${root}-state`,
    ...(maxWatches !== undefined && { maxWatches }),
  });
  return { root, direct, here: (path: string) => join(root, path) };
}

test('every way to change a file is told at the next settling', () => {
  const { direct, here } = opened();
  fs.mkdirSync(here('sub'));
  for (const name of ['written', 'grown', 'touched', 'gone', 'old'])
    fs.writeFileSync(here(`sub/${name}`), '');
  direct.look(FS_LIST, 'sub');
  direct.session.settle();
  direct.told.splice(0);

  fs.writeFileSync(here('sub/written'), 'x');
  fs.appendFileSync(here('sub/grown'), 'x');
  fs.utimesSync(here('sub/touched'), 1, 1);
  fs.unlinkSync(here('sub/gone'));
  fs.renameSync(here('sub/old'), here('sub/young'));
  fs.symlinkSync('young', here('sub/link'));
  fs.mkdirSync(here('sub/deep'));
  const clock = direct.session.settle();
  direct.close();

  assert.equal(direct.told.length, 1);
  assert.equal(direct.told[0]?.clock, clock);
  assert.deepEqual(
    [...(direct.told[0]?.paths ?? [])].sort(),
    ['gone', 'grown', 'link', 'old', 'touched', 'written', 'young']
      .map((name) => `sub/${name}`)
      .concat('sub', 'sub/deep/*')
      .sort(),
  );
});

test('the content of what was changed last goes with the settling, once, and nothing large', () => {
  const { direct, here } = opened();
  direct.look(FS_LIST, '');
  fs.writeFileSync(here('answer'), 'yes');
  fs.writeFileSync(here('large'), Buffer.alloc(100_000));
  fs.symlinkSync('answer', here('link'));
  for (let at = 0; at < 100; at++) fs.writeFileSync(here(`object-${at}`), `${at}`.repeat(1000));
  fs.writeFileSync(here('again'), 'before');
  fs.writeFileSync(here('again'), 'after');
  direct.session.settle();
  const contents = direct.told.at(-1)?.contents ?? {};
  assert.equal(contents.again, 'after');
  assert.ok(!('link' in contents) && !('large' in contents));
  assert.ok(Object.values(contents).join('').length <= 8192);
  direct.session.settle();
  fs.writeFileSync(here('answer'), 'no');
  direct.session.settle();
  assert.deepEqual(direct.told.at(-1)?.contents, { answer: 'no' });
  // an event behind which nothing has changed, as far as can be seen
  fs.closeSync(fs.openSync(here('answer'), 'r+'));
  direct.session.settle();
  direct.close();
  assert.deepEqual(direct.told.at(-1)?.paths, ['answer', 'answer'], 'doubted, then described');
  assert.deepEqual(direct.told.at(-1)?.contents, { answer: 'no' });
});

test('a name that was looked for in vain is told when it comes, and so is its folder', () => {
  const { direct, here } = opened();
  assert.throws(() => direct.look(FS_STAT, 'not/yet'), { code: 'ENOENT' });
  fs.mkdirSync(here('not'));
  fs.writeFileSync(here('not/yet'), '');
  direct.session.settle();
  direct.close();
  assert.deepEqual(
    direct.told.flatMap(({ paths }) => paths),
    ['not/*', ''],
  );
});

test('a full event queue is noticed: everything is to be revalidated, and the watch goes on', () => {
  const { direct, here } = opened();
  for (const name of ['a', 'b']) fs.writeFileSync(here(name), '');
  const before = direct.look(FS_LIST, '');
  // alternating, since the kernel merges an event with an equal one before it
  const limit = Number(fs.readFileSync('/proc/sys/fs/inotify/max_queued_events', 'latin1'));
  for (let i = 0; i < limit + 100; i++) fs.utimesSync(here(i % 2 ? 'a' : 'b'), 1, 1);
  const clock = direct.session.settle();
  assert.ok(clock > before);
  assert.deepEqual([direct.told[0]?.renewed, direct.told[0]?.watched], [true, true]);

  direct.look(FS_LIST, '');
  fs.writeFileSync(here('c'), '');
  direct.session.settle();
  direct.close();
  assert.ok(direct.told.at(-1)?.paths.includes('c'));
});

test('with no watches left the client is told that changes are not', () => {
  const { direct, here } = opened(2);
  for (const name of ['a', 'b']) fs.mkdirSync(here(name));
  direct.look(FS_LIST, 'a');
  assert.equal(direct.told.length, 0);
  direct.look(FS_LIST, 'b');
  direct.close();
  assert.deepEqual([direct.told.length, direct.told[0]?.renewed, direct.told[0]?.watched], [1, true, false]);
});

test('a folder with very many changes is told as a whole', () => {
  const { direct, here } = opened();
  fs.mkdirSync(here('many'));
  direct.look(FS_LIST, 'many');
  direct.session.settle();
  direct.told.splice(0);
  for (let i = 0; i < 300; i++) fs.writeFileSync(here(`many/${i}`), '');
  direct.session.settle();
  direct.close();
  assert.deepEqual(
    direct.told.flatMap(({ paths }) => paths),
    ['many/*'],
  );
});

test('between own writes somebody else is noticed, and oneself is not', () => {
  const { direct, here } = opened();
  fs.writeFileSync(here('file'), 'one');
  const at = (base?: fs.BigIntStats) =>
    base && { ino: base.ino, size: Number(base.size), mtime: base.mtimeNs, ctime: base.ctimeNs };
  const version = () => at(fs.statSync(here('file'), { bigint: true }))!;
  const base = version();
  const write = (seq: number, data: string, base: ReturnType<typeof version>) =>
    direct.mutate(seq, {
      kind: 'write',
      path: 'file',
      base,
      truncate: 0,
      ranges: [{ offset: 0, data: Buffer.from(data) }],
    })?.code;
  assert.equal(write(1, 'two', base), undefined);
  direct.mutate(2, { kind: 'chmod', path: 'file', mode: 0o600 });
  // a second descriptor, opened before both
  assert.equal(write(3, 'three', base), undefined);
  fs.writeFileSync(here('file'), 'theirs');
  assert.equal(write(4, 'four', base), 'ESTALE');
  assert.equal(fs.readFileSync(here('file'), 'utf8'), 'theirs');
  assert.equal(write(5, 'five', version()), undefined);
  direct.close();
  assert.equal(fs.readFileSync(here('file'), 'utf8'), 'five');
});

test('what the client knows from its own changes is watched too: a new folder, a file in one never asked for', () => {
  const { direct, here } = opened();
  fs.mkdirSync(here('unknown'));
  direct.mutate(1, { kind: 'mkdir', path: 'made', mode: 0o755 });
  const ranges = [{ offset: 0, data: Buffer.from('mine') }];
  const create = { mode: 0o644, exclusive: false };
  direct.mutate(2, { kind: 'write', path: 'unknown/file', ranges, create });
  direct.session.settle();
  direct.told.splice(0);
  fs.writeFileSync(here('made/theirs'), 'x');
  fs.appendFileSync(here('unknown/file'), 'and theirs');
  direct.session.settle();
  direct.close();
  assert.deepEqual(
    direct.told.flatMap(({ paths }) => paths),
    ['made/theirs', 'made', 'unknown/file'],
  );
});

test('the mark that others read is quiet only while nothing has happened that was not told', () => {
  const root = fs.mkdtempSync(join(folder, 'root-'));
  const here = (path: string) => join(root, path);
  const mark = new QuietMark();
  const seen = new QuietMark(mark.shared);
  const during: (number | undefined)[] = [];
  const direct = new DirectSession({
    root,
    folder: `${root}-state`,
    quiet: mark,
    at: () => during.push(seen.clock()),
  });
  assert.equal(seen.clock(), undefined);
  direct.look(FS_LIST, '');
  const first = direct.session.settle();
  assert.equal(seen.clock(), first);

  fs.writeFileSync(here('file'), 'x');
  assert.equal(seen.clock(), undefined, 'its event is in the queue');
  direct.mutate(1, { kind: 'mkdir', path: 'own', mode: 0o755 });
  assert.ok(during.length > 0 && during.every((clock) => clock === undefined), 'it works');
  assert.equal(seen.clock(), undefined, 'it was read and is not told yet');
  const second = direct.session.settle();
  assert.ok(second > first);
  assert.equal(seen.clock(), second);

  fs.linkSync(here('file'), `${root}-outside`);
  direct.look(FS_STAT, 'file');
  direct.session.settle();
  assert.equal(seen.clock(), undefined, 'a file with a name outside changes without an event');
  fs.unlinkSync(`${root}-outside`);
  assert.equal(seen.clock(), undefined);
  assert.equal(direct.session.settle(), seen.clock());
  direct.close();
  assert.equal(seen.clock(), undefined);
});
