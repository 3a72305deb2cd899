import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { ZmxError } from '../../../src/protocol/errors.ts';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
let mounted: MountedFolder;

before(async () => {
  if (!skip) mounted = await mountFolder();
});

beforeEach(() => {
  if (skip) return;
  mounted.files.before = () => {};
  fs.rmSync(join(mounted.folder, 'rescue'), { recursive: true, force: true });
});

after(() => mounted?.close());

/** Content of the only rescue file. */
function rescued(): string {
  const folder = join(mounted.folder, 'rescue');
  const [name, ...more] = fs.readdirSync(folder);
  assert.deepEqual(more, []);
  return fs.readFileSync(join(folder, name!), 'latin1');
}

test('an error at close is reported, and the bytes are kept', options, async () => {
  mounted.files.before = (call) => {
    if (call === 'write') throw new ZmxError('EIO', 'the disk fails');
  };
  const seen = await mounted.inside(({ fs }) => {
    const fd = fs.openSync('full', 'w');
    fs.writeSync(fd, 'precious');
    try {
      fs.closeSync(fd);
      return 'ok';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  }, null);
  assert.equal(seen, 'EIO');
  assert.equal(rescued(), 'precious');
  assert.match(mounted.notices.at(-1)!, /^full could not be written \(the disk fails\)/);
});

test(
  'an error at fsync is reported, and the bytes are written when the program closes',
  options,
  async () => {
    let fail = true;
    mounted.files.before = (call) => {
      if (call === 'write' && fail) {
        fail = false;
        throw new ZmxError('EROFS', 'read-only for a moment');
      }
    };
    const seen = await mounted.inside(({ fs }) => {
      const fd = fs.openSync('synced', 'w');
      fs.writeSync(fd, 'content');
      let code = 'ok';
      try {
        fs.fsyncSync(fd);
      } catch (error) {
        code = (error as NodeJS.ErrnoException).code ?? '';
      }
      fs.closeSync(fd);
      return code;
    }, null);
    assert.equal(seen, 'EROFS');
    assert.equal(fs.readFileSync(join(mounted.real, 'synced'), 'utf8'), 'content');
  },
);

test('an errno of the remote is that of the call, whichever it is', options, async () => {
  fs.writeFileSync(join(mounted.real, 'there'), 'content');
  fs.mkdirSync(join(mounted.real, 'folder'));
  mounted.files.changed(['there', 'folder']);
  const codes = ['EMFILE', 'ENFILE', 'EIO', 'EROFS', 'EPERM', 'EMLINK', 'EXDEV', 'EBUSY', 'ENOMEM'];
  for (const code of codes) {
    mounted.files.before = (call) => {
      // As node throws what libuv has no name for.
      if (call === 'stat' || call === 'list') return;
      const errno = -(constants.errno as Record<string, number>)[code]!;
      throw ZmxError.from(
        ZmxError.info(Object.assign(new Error(code), { code: `Unknown system error ${errno}`, errno })),
      );
    };
    const seen = await mounted.inside(({ fs }) => {
      const attempt = (call: () => unknown): number => {
        try {
          call();
          return 0;
        } catch (error) {
          return -(error as NodeJS.ErrnoException).errno!;
        }
      };
      return [
        attempt(() => fs.mkdirSync('new')),
        attempt(() => fs.rmdirSync('folder')),
        attempt(() => fs.openSync('new', 'wx')),
        attempt(() => fs.unlinkSync('there')),
        attempt(() => fs.renameSync('there', 'new')),
        attempt(() => fs.linkSync('there', 'new')),
        attempt(() => fs.symlinkSync('x', 'new')),
        attempt(() => fs.chmodSync('there', 0o600)),
        attempt(() => fs.utimesSync('there', 1, 1)),
        attempt(() => fs.truncateSync('there', 1)),
        attempt(() => fs.writeFileSync('there', 'x')),
        attempt(() => fs.writeFileSync('new', 'x')),
        attempt(() => fs.appendFileSync('there', 'x')),
        attempt(() => fs.readFileSync('there')),
        attempt(() => fs.statfsSync('.')),
      ];
    }, null);
    assert.deepEqual([...new Set(seen)], [(constants.errno as Record<string, number>)[code]], code);
  }
});

test('a conflict is ESTALE at close: nothing is merged, and what was written is kept', options, async () => {
  fs.writeFileSync(join(mounted.real, 'shared'), 'original content');
  mounted.files.changed(['shared']);
  await mounted.inside(({ fs }) => {
    const fd = fs.openSync('shared', 'r+');
    fs.writeSync(fd, 'MINE', 0);
    Object.assign(globalThis, { held: fd });
  }, null);
  fs.writeFileSync(join(mounted.real, 'shared'), 'theirs, and other');
  mounted.files.changed(['shared']);
  const seen = await mounted.inside(({ fs }) => {
    try {
      fs.closeSync((globalThis as unknown as { held: number }).held);
      return 'ok';
    } catch (error) {
      return (error as NodeJS.ErrnoException).errno;
    }
  }, null);
  assert.equal(seen, -116, 'ESTALE');
  assert.equal(fs.readFileSync(join(mounted.real, 'shared'), 'utf8'), 'theirs, and other');
  assert.match(rescued(), /^MINE/);
  assert.equal(
    await mounted.inside(({ fs }) => fs.readFileSync('shared', 'utf8'), null),
    'theirs, and other',
  );
});

test(
  'what is written is on the remote once everything is flushed, also while it is open',
  options,
  async () => {
    await mounted.inside(({ fs }) => {
      const fd = fs.openSync('log', 'a');
      fs.writeSync(fd, 'line one\n');
      const other = fs.openSync('table', 'w');
      fs.writeSync(other, 'row', 10);
      Object.assign(globalThis, { log: fd, table: other });
    }, null);
    await mounted.server.flushAll();
    assert.equal(fs.readFileSync(join(mounted.real, 'log'), 'utf8'), 'line one\n');
    assert.equal(fs.readFileSync(join(mounted.real, 'table'), 'latin1'), `${'\0'.repeat(10)}row`);
    // A command appends, and so does the program that has it open.
    fs.appendFileSync(join(mounted.real, 'log'), 'line two\n');
    mounted.files.changed(['log']);
    await mounted.inside(({ fs }) => {
      const held = globalThis as unknown as { log: number; table: number };
      fs.writeSync(held.log, 'line three\n');
      fs.closeSync(held.log);
      fs.closeSync(held.table);
    }, null);
    assert.equal(fs.readFileSync(join(mounted.real, 'log'), 'utf8'), 'line one\nline two\nline three\n');
  },
);

test(
  'create, write and close of a new file cost one round trip, reading it again none',
  options,
  async () => {
    await mounted.inside(({ fs }) => fs.existsSync('fresh'), null);
    const { calls } = mounted.files;
    const before = [...calls.values()].reduce((sum, count) => sum + count, 0);
    const seen = await mounted.inside(({ fs }) => {
      fs.writeFileSync('fresh', 'content');
      return fs.readFileSync('fresh', 'utf8');
    }, null);
    assert.equal(seen, 'content');
    assert.equal([...calls.values()].reduce((sum, count) => sum + count, 0) - before, 1);
  },
);

test('an edit by way of a new file costs three round trips, its mode none', options, async () => {
  await mounted.inside(({ fs }) => fs.existsSync('edited'), null);
  const { calls } = mounted.files;
  const before = new Map(calls);
  const seen = await mounted.inside(({ fs }) => {
    const fd = fs.openSync('edited.tmp', 'wx', 0o644);
    fs.writeSync(fd, 'content');
    fs.fchmodSync(fd, 0o755);
    const modes = [fs.fstatSync(fd).mode & 0o777];
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync('edited.tmp', 'edited');
    modes.push(fs.statSync('edited').mode & 0o777);
    return [modes, fs.readFileSync('edited', 'utf8')];
  }, null);
  assert.deepEqual(seen, [[0o755, 0o755], 'content']);
  assert.equal(fs.statSync(join(mounted.real, 'edited')).mode & 0o777, 0o755);
  const made = [...calls].map(([call, count]) => [call, count - (before.get(call) ?? 0)]);
  assert.deepEqual(
    Object.fromEntries(made.filter(([, count]) => count !== 0)),
    { create: 1, write: 1, chmod: 1, fsync: 1, rename: 1 },
    'write, chmod and fsync go together',
  );
});

test('FIFOs and sockets can be made and seen, and opening one fails at once', options, async () => {
  const seen = await mounted.inside(({ fs, childProcess }) => {
    childProcess.execFileSync('mkfifo', ['pipe']);
    try {
      fs.openSync('pipe', 'r');
      return 'opened';
    } catch (error) {
      return `${(error as NodeJS.ErrnoException).code} ${fs.readdirSync('.').includes('pipe')}`;
    }
  }, null);
  assert.equal(seen, 'ENXIO true');
  assert.equal(fs.lstatSync(join(mounted.real, 'pipe')).isFIFO(), true);
});
