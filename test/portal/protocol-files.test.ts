import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileService } from '../../src/daemon/files/file-service.ts';
import { ProtocolFiles } from '../../src/portal/protocol-files.ts';
import type { Mutation, PrefetchBatch } from '../../src/protocol/file-types.ts';
import { Loopback } from '../support/loopback.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-protocol-files-'));
const cleanUps: (() => void | Promise<void>)[] = [];
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function served() {
  const root = fs.mkdtempSync(join(folder, 'root-'));
  const state = { folder: `${root}-state` };
  let service = new FileService(state);
  const link = new Loopback((peer, message) => service.handle(peer, message));
  const files = await ProtocolFiles.open(link, root);
  const leases: string[] = [];
  files.lease.on((lease) => leases.push(lease));
  cleanUps.push(async () => {
    await files.close();
    link.dispose();
    await service.dispose();
  });
  return {
    here: (path: string) => join(root, path),
    link,
    files,
    leases,
    settle: () => service.settle(files.session),
    /** The daemon is replaced by another one. */
    restart: async () => {
      const renewed = files.lease.once((lease) => lease === 'renewed');
      await service.dispose();
      service = new FileService(state);
      link.restart((peer, message) => service.handle(peer, message));
      await renewed;
    },
    leave: () => service.left(link.peer),
  };
}

const append = (data: string): Mutation => ({ kind: 'append', path: 'log', data: Buffer.from(data) });

test('while the link is down calls wait; when it is back, changes of meanwhile are told before the lease holds', async () => {
  const { here, link, files, leases } = await served();
  fs.writeFileSync(here('log'), '0');
  await files.list('');
  link.cut();
  assert.deepEqual(leases, ['lost']);
  const asked = files.stat('log');
  const changed = files.mutate(append('1'));
  fs.writeFileSync(here('foreign'), '');
  const told: string[] = [];
  files.invalidated.on(({ paths }) => {
    for (const { path } of paths) told.push(`${path} ${leases.at(-1)}`);
  });
  const held = files.lease.once((lease) => lease === 'held');
  link.mend();
  await held;
  assert.ok(told.includes('foreign lost'), told.join());
  assert.deepEqual(leases, ['lost', 'held']);
  await Promise.all([asked, changed]);
  assert.equal(fs.readFileSync(here('log'), 'utf8'), '01');
});

test('a call that waits can be given up', async () => {
  const { link, files } = await served();
  link.cut();
  const giveUp = new AbortController();
  const asked = files.stat('', giveUp.signal);
  giveUp.abort();
  await assert.rejects(asked, { code: 'aborted' });
  link.mend();
  await files.stat('');
});

test('a new daemon takes the session up: the lease is renewed and nothing happens twice', async () => {
  const { here, link, files, leases, restart } = await served();
  fs.writeFileSync(here('log'), '');
  await files.mutate(append('1'));
  link.cut();
  const waiting = [files.mutate(append('2')), files.mutate(append('3'))];
  await restart();
  await Promise.all(waiting);
  await files.mutate(append('4'));
  assert.equal(fs.readFileSync(here('log'), 'utf8'), '1234');
  assert.deepEqual(leases, ['lost', 'renewed']);
});

test('a session that ended under the client is opened again', async () => {
  const { here, files, leave } = await served();
  fs.writeFileSync(here('log'), '');
  await files.mutate(append('1'));
  leave();
  assert.equal((await files.stat('log')).value.size, 1);
  await files.mutate(append('2'));
  assert.equal(fs.readFileSync(here('log'), 'utf8'), '12');
});

test('one cannot open what is not there, nor a folder that has gone meanwhile', async () => {
  const { here, link, files, restart } = await served();
  await assert.rejects(ProtocolFiles.open(link, here('none')), { code: 'ENOENT' });
  fs.rmSync(here(''), { recursive: true });
  void restart().catch(() => {});
  await assert.rejects(files.stat('x'), { code: 'ENOENT' });
  await assert.rejects(files.mutate(append('1')), { code: 'ENOENT' });
});

test('4,000 files are prefetched, and questions do not wait for them', async () => {
  const { here, files, link } = await served();
  for (let i = 0; i < 40; i++) {
    fs.mkdirSync(here(`${i}`));
    for (let j = 0; j < 100; j++) fs.writeFileSync(here(`${i}/${j}`), `content of ${i}/${j}`);
  }
  const batches: PrefetchBatch[] = [];
  let answeredAfter = 0;
  const asking = files.stat('7').then(() => {
    answeredAfter = batches.length;
  });
  const budget = { maxEntries: 50_000, maxBytes: 64 * 1024 * 1024, maxFileBytes: 64 * 1024 };
  await files.prefetch(budget, (batch) => batches.push(batch));
  await asking;
  const content = new Map(
    batches.flatMap((batch) => batch.files.map(({ path, data }) => [path, Buffer.from(data).toString()])),
  );
  assert.equal(content.size, 4000);
  assert.equal(content.get('37/42'), 'content of 37/42');
  assert.equal(batches.flatMap((batch) => batch.folders).length, 41);
  assert.ok(answeredAfter < batches.length / 2, `answered after ${answeredAfter} of ${batches.length}`);
  assert.equal(link.sent.get('FS_PREFETCH'), 1);
});
