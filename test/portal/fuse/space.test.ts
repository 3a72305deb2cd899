import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ZmxError } from '../../../src/protocol/errors.ts';
import { PLENTY } from '../../../src/protocol/file-room.ts';
import { type Inside, type MountedFolder, whyNoMount, withMount } from './harness.ts';

const { EDQUOT, ENOSPC } = constants.errno;
const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };

/** With a mount of its own, since what one host has refused is remembered. */
const mountedTest = (name: string, run: (mounted: MountedFolder) => Promise<void>): void => {
  test(name, options, () => withMount(() => {}, run, { isOwn: true }));
};

/** Writes pieces to a new file; what each call answers, the close last. */
const written = ({ fs }: Inside, { name, pieces }: { name: string; pieces: readonly number[] }) => {
  const attempt = (call: () => unknown): unknown => {
    try {
      return call() ?? 'ok';
    } catch (error) {
      return (error as NodeJS.ErrnoException).errno;
    }
  };
  const fd = attempt(() => fs.openSync(name, 'w')) as number;
  if (fd < 0) return [fd];
  return [
    ...pieces.map((bytes) => attempt(() => fs.writeSync(fd, Buffer.alloc(bytes, 'x')))),
    attempt(() => fs.closeSync(fd)),
  ];
};

mountedTest('what is written while there is room goes with the close, and else at once', async (mounted) => {
  const mutations = (): number => mounted.files.calls.get('write') ?? 0;
  await mounted.inside(written, { name: 'roomy', pieces: [8000, 8000] });
  assert.equal(mutations(), 1);
  mounted.files.left = { ...PLENTY, bytes: 64 * 1024 * 1024 + 10_000 };
  const seen = await mounted.inside(written, { name: 'tight', pieces: [8000, 8000, 8000] });
  assert.deepEqual(seen, [8000, 8000, 8000, 'ok']);
  assert.equal(mutations(), 1 + 3, 'the second does not fit beside the first, which goes before it');
  assert.equal(fs.statSync(join(mounted.real, 'tight')).size, 24_000);
});

mountedTest('a new name is asked for where the host has few left', async (mounted) => {
  mounted.files.left = { ...PLENTY, files: 3 };
  mounted.files.before = (call) => {
    if (call === 'create' || call === 'mkdir') throw new ZmxError('ENOSPC', 'no inode is left');
  };
  assert.deepEqual(await mounted.inside(written, { name: 'one', pieces: [] }), [-ENOSPC]);
  await assert.rejects(
    mounted.inside(({ fs }) => fs.mkdirSync('folder'), null),
    /ENOSPC/,
  );
});

mountedTest(
  'after a quota has refused, which nothing foretells, its errno is that of the write',
  async (mounted) => {
    const rescued = () => fs.readdirSync(join(mounted.folder, 'rescue')).length;
    mounted.files.before = (call) => {
      if (call === 'write') throw new ZmxError('EDQUOT', 'the quota is full');
    };
    const first = await mounted.inside(written, { name: 'first', pieces: [5] });
    assert.deepEqual([first, rescued()], [[5, -EDQUOT], 1], 'as on NFS');
    const second = await mounted.inside(written, { name: 'second', pieces: [5, 7] });
    assert.deepEqual([second, rescued()], [[-EDQUOT, -EDQUOT, 'ok'], 1], 'refused, and not lost');
    mounted.files.before = () => {};
    assert.deepEqual(await mounted.inside(written, { name: 'third', pieces: [5, 7] }), [5, 7, 'ok']);
    assert.equal(fs.readFileSync(join(mounted.real, 'third'), 'latin1'), 'x'.repeat(12));
  },
);

mountedTest(
  'a write is not answered by what an earlier one could bring to a disk that is full',
  async (mounted) => {
    const { files, inside, real } = mounted;
    fs.writeFileSync(join(real, 'log'), 'start\n');
    const log = await inside(({ fs }) => {
      const opened = fs.openSync('log', 'a');
      fs.writeSync(opened, 'first\n');
      return opened;
    }, null);
    files.left = { ...PLENTY, bytes: 64 * 1024 * 1024 };
    files.appendLimit = 2;
    const write = ({ fs }: Inside, [fd, text]: [number, string]): unknown => {
      try {
        return fs.writeSync(fd, text);
      } catch (error) {
        return (error as NodeJS.ErrnoException).errno;
      }
    };
    assert.equal(await inside(write, [log, 'second\n']), -ENOSPC);
    assert.equal(fs.readFileSync(join(real, 'log'), 'latin1'), 'start\nfi');
    files.appendLimit = Number.POSITIVE_INFINITY;
    assert.equal(await inside(write, [log, 'third\n']), 6);
    await inside(({ fs }, fd) => fs.closeSync(fd), log);
    assert.equal(fs.readFileSync(join(real, 'log'), 'latin1'), 'start\nfirst\nthird\n');
    assert.deepEqual(mounted.notices, []);
  },
);

mountedTest(
  'a size that only the host can judge comes behind what is unwritten',
  async ({ inside, real }) => {
    fs.writeFileSync(join(real, 'sparse'), 'old');
    await inside(({ fs }) => {
      const fd = fs.openSync('sparse', 'r+');
      fs.writeSync(fd, 'new', 0);
      fs.ftruncateSync(fd, 2 ** 31);
      fs.ftruncateSync(fd, 3);
      fs.closeSync(fd);
    }, null);
    assert.equal(fs.readFileSync(join(real, 'sparse'), 'latin1'), 'new');
  },
);
