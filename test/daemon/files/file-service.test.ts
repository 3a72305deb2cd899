import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FileService } from '../../../src/daemon/files/file-service.ts';
import { ProtocolFiles } from '../../../src/portal/protocol-files.ts';
import type { Invalidation, PrefetchBatch } from '../../../src/protocol/file-types.ts';
import { Loopback } from '../../support/loopback.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-files-'));
const root = join(folder, 'root');
let service: FileService;
let link: Loopback;
let files: ProtocolFiles;

before(async () => {
  fs.mkdirSync(root);
  service = new FileService({ folder: join(folder, 'state') });
  link = new Loopback((peer, message) => service.handle(peer, message));
  files = await ProtocolFiles.open(link, root);
});
after(async () => {
  await files.close();
  link.dispose();
  await service.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
});

const here = (path: string) => join(root, path);
const code = (expected: string) => (error: unknown) => {
  assert.equal((error as NodeJS.ErrnoException).code, expected);
  return true;
};
const write = (path: string, data: Uint8Array) =>
  files.mutate({
    kind: 'write',
    path,
    truncate: 0,
    ranges: [{ offset: 0, data }],
    create: { mode: 0o644, exclusive: false },
  });

test('questions are answered with what the folder has, and with its errnos', async () => {
  fs.mkdirSync(here('sub'));
  fs.writeFileSync(here('sub/file'), 'content');
  fs.symlinkSync('sub/file', here('link'));
  const { value } = await files.stat('sub/file');
  const truth = fs.lstatSync(here('sub/file'), { bigint: true });
  assert.deepEqual(
    [value.ino, value.mode, value.nlink, value.size, value.mtime, value.ctime],
    [truth.ino, Number(truth.mode), 1, 7, truth.mtimeNs, truth.ctimeNs],
  );
  const listed = (await files.list('')).value;
  assert.deepEqual(listed.entries.map(({ name }) => name).sort(), ['link', 'sub']);
  assert.equal(listed.entries.find(({ name }) => name === 'link')?.target, 'sub/file');
  assert.equal((await files.readlink('link')).value, 'sub/file');
  assert.equal(Buffer.from((await files.read('sub/file', 3, 100)).value.data).toString(), 'tent');
  assert.equal(files.root, fs.realpathSync(root));
  assert.equal(files.identity.uid, process.geteuid?.());
  assert.ok((await files.statfs('')).blockSize > 0);
  assert.ok(Array.isArray(await files.listxattr('sub')));
  await assert.rejects(files.stat('none'), code('ENOENT'));
  await assert.rejects(files.stat('sub/file/x'), code('ENOTDIR'));
  await assert.rejects(files.list('sub/file'), code('ENOTDIR'));
  await assert.rejects(files.read('sub', 0, 1), code('EISDIR'));
  await assert.rejects(files.mutate({ kind: 'rmdir', path: 'sub' }), code('ENOTEMPTY'));
  await assert.rejects(files.mutate({ kind: 'mkdir', path: 'sub', mode: 0o755 }), code('EEXIST'));
});

test('large content is staged, and read back in pieces', async () => {
  const data = Buffer.alloc(3 * 1024 * 1024 + 17, 'zmx large content ');
  const { value } = await write('large', data);
  assert.equal(value.touched[0]?.attributes?.size, data.length);
  assert.ok(fs.readFileSync(here('large')).equals(data));
  const read = (await files.read('large', 0, data.length + 100)).value;
  assert.ok(Buffer.from(read.data).equals(data));
  assert.equal(read.version.mtime, value.touched[0]?.attributes?.mtime);
  assert.deepEqual(fs.readdirSync(join(folder, 'state', files.session, 'spool')), []);
});

test('changes by others are told with a later clock than what was answered before', async () => {
  const seen = (await files.list('sub')).clock;
  const told = files.invalidated.once(({ paths }) => paths.some(({ path }) => path === 'sub/foreign'));
  fs.writeFileSync(here('sub/foreign'), 'new');
  const change = await told;
  assert.ok(change.clock > seen);
  const now = await service.settle(files.session);
  await files.reached(now);
  assert.ok(now >= change.clock);
});

test('a settling covers what happened just before it, also where it need not ask the thread', async () => {
  await files.list('');
  const toldAt = new Map<string, number>();
  const listening = files.invalidated.on(({ clock, paths }) => {
    for (const { path } of paths) if (!toldAt.has(path)) toldAt.set(path, clock);
  });
  const settledAt: number[] = [];
  for (let at = 0; at < 300; at++) {
    // every third time nothing has happened, and now and then the thread works at something else
    if (at % 3 > 0) fs.writeFileSync(here(`settled-${at}`), '');
    const other = at % 5 === 0 ? files.stat('sub/file') : undefined;
    settledAt.push(await service.settle(files.session));
    await other;
  }
  await files.reached(settledAt.at(-1)!);
  listening.dispose();
  settledAt.forEach((clock, at) => {
    if (at % 3 > 0) assert.ok((toldAt.get(`settled-${at}`) ?? Number.NaN) <= clock, `change ${at}`);
  });
});

test('own mutations are not told as changes by others, but advance the clock', async () => {
  await files.list('sub');
  await files.reached(await service.settle(files.session));
  const heard: Invalidation[] = [];
  const listening = files.invalidated.on((change) => heard.push(change));
  const made = await write('sub/own', Buffer.from('own'));
  await files.mutate({ kind: 'mkdir', path: 'sub/folder', mode: 0o700 });
  await files.mutate({ kind: 'rename', path: 'sub/folder', to: 'sub/moved', flags: 0 });
  await files.mutate({ kind: 'unlink', path: 'sub/own' });
  await files.reached(await service.settle(files.session));
  listening.dispose();
  assert.deepEqual(
    heard.flatMap(({ paths }) => paths.map(({ path }) => path)),
    [],
  );
  // the four of them; a settling that finds nothing new is not told
  assert.equal(heard.length, 4);
  assert.equal(heard[0]?.clock, made.clock);
  assert.deepEqual(made.value.touched.map(({ path }) => path).sort(), ['sub', 'sub/own']);
});

test('a moved folder stays watched under its new name', async () => {
  fs.mkdirSync(here('from/deep'), { recursive: true });
  await files.list('from/deep');
  await files.mutate({ kind: 'rename', path: 'from', to: 'to', flags: 0 });
  const own = files.invalidated.once(({ paths }) => paths.some(({ path }) => path === 'to/deep/x'));
  fs.writeFileSync(here('to/deep/x'), '');
  await own;
  const foreign = files.invalidated.once(({ paths }) =>
    paths.some(({ path, tree }) => path === 'to' && tree),
  );
  fs.renameSync(here('to'), here('elsewhere'));
  await foreign;
  await files.list('elsewhere/deep');
  const again = files.invalidated.once(({ paths }) => paths.some(({ path }) => path === 'elsewhere/deep/y'));
  fs.writeFileSync(here('elsewhere/deep/y'), '');
  await again;
});

test('a change through a name outside the tree is found at the end of a command', async () => {
  fs.writeFileSync(here('inside'), 'one');
  fs.linkSync(here('inside'), join(folder, 'outside'));
  await files.stat('inside');
  await files.reached(await service.settle(files.session));
  const told = files.invalidated.once(({ paths }) => paths.some(({ path }) => path === 'inside'));
  fs.writeFileSync(join(folder, 'outside'), 'other content');
  const clock = await service.settle(files.session);
  const change = await told;
  assert.ok(change.clock <= clock);
  assert.equal(change.paths.find(({ path }) => path === 'inside')?.attributes?.size, 13);
});

test('prefetch brings every listing and every small file', async () => {
  for (let i = 0; i < 8; i++) {
    fs.mkdirSync(here(`many/${i}`), { recursive: true });
    for (let j = 0; j < 25; j++) fs.writeFileSync(here(`many/${i}/${j}`), `${i} ${j} `.repeat(j));
  }
  const batches: PrefetchBatch[] = [];
  await files.prefetch({ maxEntries: 100_000, maxBytes: 1e9, maxFileBytes: 64 * 1024 }, (batch) => {
    batches.push(batch);
  });
  const folders = batches.flatMap((batch) => batch.folders.map(({ path }) => path));
  const content = new Map(batches.flatMap((batch) => batch.files.map(({ path, data }) => [path, data])));
  for (let i = 0; i < 8; i++) {
    assert.ok(folders.includes(`many/${i}`));
    for (let j = 1; j < 25; j++)
      assert.equal(Buffer.from(content.get(`many/${i}/${j}`)!).toString(), `${i} ${j} `.repeat(j));
  }
  assert.ok(!content.has('large'));
});

test('sessions that follow one another, also on a folder that is not there, know nothing of each other', async () => {
  for (const round of [1, 2, 3]) {
    await assert.rejects(ProtocolFiles.open(link, here('nowhere')), code('ENOENT'));
    fs.mkdirSync(here(`round-${round}`));
    const other = await ProtocolFiles.open(link, here(`round-${round}`));
    assert.deepEqual((await other.list('')).value.entries, []);
    const told = other.invalidated.once(({ paths }) => paths.some(({ path }) => path === 'by-another'));
    fs.writeFileSync(here(`round-${round}/by-another`), 'new');
    await told;
    await other.mutate({ kind: 'mkdir', path: 'made', mode: 0o755 });
    await other.reached(await service.settle(other.session));
    await other.close();
    assert.equal(fs.existsSync(join(folder, 'state', other.session)), false);
  }
});

test('listings come first, the last of them says so, and content waits where it is told to', async () => {
  fs.mkdirSync(here('wide'));
  for (let at = 0; at < 30; at++) fs.writeFileSync(here(`wide/${at}`), Buffer.alloc(60 * 1024, at));
  const other = await ProtocolFiles.open(link, here('wide'));
  other.holdContent();
  const batches: PrefetchBatch[] = [];
  let wake = () => {};
  const listed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const reading = other.prefetch({ maxEntries: 100, maxBytes: 1e8, maxFileBytes: 1e6 }, (batch) => {
    batches.push(batch);
    if (batch.listed) wake();
  });
  await listed;
  assert.deepEqual(
    batches.map(({ folders, files }) => [folders.length, files.length]),
    [[1, 0]],
  );
  const content = () => batches.reduce((sum, { files }) => sum + files.length, 0);
  for (let round = 0; round < 20; round++) await other.stat('0');
  assert.ok(content() < 10, 'no more than the first credit');
  other.releaseContent();
  await reading;
  assert.equal(content(), 30);
  await other.close();
});
