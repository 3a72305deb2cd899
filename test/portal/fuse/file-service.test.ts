import assert from 'node:assert/strict';
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FileService } from '../../../src/daemon/files/file-service.ts';
import { ProtocolFiles } from '../../../src/portal/protocol-files.ts';
import { Loopback } from '../../support/loopback.ts';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';
import { listTree } from './list-tree.ts';
import { randomOperations } from './random-operations.ts';

/* The whole way: a program, the kernel, the server, the protocol, the daemon's files and their watch. */

/** `npm run soak` sets more. */
const RUNS = Number(process.env.ZMX_TEST_FUSE_RUNS ?? 1);
const ROUNDS = Number(process.env.ZMX_TEST_FUSE_ROUNDS ?? 20);

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000 + RUNS * 20_000 + ROUNDS * 1000, ...(skip ? { skip } : {}) };
let mounted: MountedFolder;
let link: Loopback;
let service: FileService;
let files: ProtocolFiles;
let state: { folder: string };

before(async () => {
  if (skip) return;
  mounted = await mountFolder(
    (real) => {
      state = { folder: join(real, '..', 'state') };
      service = new FileService(state);
      link = new Loopback((peer, message) => service.handle(peer, message));
    },
    {
      wrap: async (_, real) => {
        files = await ProtocolFiles.open(link, real);
        return files;
      },
    },
  );
  await mounted.server.prefetch({ maxEntries: 1000, maxBytes: 1e6, maxFileBytes: 1e5 });
});

after(async () => {
  await mounted?.close();
  await files?.close();
  link?.dispose();
  await service?.dispose();
});

/** Everything that happened on the remote so far is in the caches here. */
async function commandEnds(): Promise<void> {
  await files.stat(''); // a new daemon knows the session from its next message on
  await mounted.server.revalidateAfterExec(await service.settle(files.session));
}

test('what a command has written reads new when its end is reported, and the reverse', options, async () => {
  const { real, inside, server } = mounted;
  fs.mkdirSync(join(real, 'dir'));
  await commandEnds();
  for (let round = 0; round < ROUNDS; round++) {
    const name = `dir/file-${round % 3}`;
    const text = `round ${round} `.repeat((round % 5) + 1);
    if (round % 4 === 3) {
      fs.writeFileSync(join(real, 'dir/new'), text);
      fs.renameSync(join(real, 'dir/new'), join(real, name));
    } else fs.writeFileSync(join(real, name), text);
    fs.writeFileSync(join(real, `dir/only-${round}`), 'x');
    fs.rmSync(join(real, `dir/only-${round - 1}`), { force: true });
    await commandEnds();
    const seen = await inside(
      ({ fs }, name) =>
        [fs.readFileSync(name, 'utf8'), fs.readdirSync('dir').join(), fs.statSync(name).size] as const,
      name,
    );
    assert.deepEqual(seen, [text, fs.readdirSync(join(real, 'dir')).join(), text.length], `round ${round}`);
    await inside(({ fs }, [name, text]) => fs.appendFileSync(name, text), [name, `here ${round}`] as const);
    await server.flushAll();
    assert.equal(fs.readFileSync(join(real, name), 'utf8'), `${text}here ${round}`, `round ${round}`);
  }
});

test(
  'random operations while the link is cut and the daemon replaced: same results, same tree',
  options,
  async () => {
    for (let seed = 101; seed <= 100 + RUNS; seed++) {
      const local = join(mounted.folder, `local-${seed}`);
      fs.mkdirSync(local);
      fs.mkdirSync(join(mounted.real, `run-${seed}`));
      await commandEnds();
      const run = { seed, operations: 400 };
      const expected = randomOperations({ fs, childProcess }, { folder: local, ...run });
      let ended = false;
      const seen = mounted.inside(randomOperations, { folder: `run-${seed}`, ...run }).finally(() => {
        ended = true;
      });
      for (let cut = 0; !ended; cut++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (cut % 3 === 2) {
          const renewed = files.lease.once((lease) => lease === 'renewed');
          link.cut(); // a daemon that has died takes no messages
          await service.dispose();
          service = new FileService(state);
          link.restart((peer, message) => service.handle(peer, message));
          await renewed;
        } else {
          link.cut();
          await new Promise((resolve) => setTimeout(resolve, 20));
          link.mend();
        }
      }
      const differs = (await seen).findIndex((line, i) => line !== expected[i]);
      assert.equal((await seen)[differs], expected[differs], `seed ${seed}`);
      assert.deepEqual(listTree(join(mounted.real, `run-${seed}`)), listTree(local), `seed ${seed}`);
    }
    assert.deepEqual(mounted.notices, []);
  },
);
