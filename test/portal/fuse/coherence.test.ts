import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RemoteFiles } from '../../../src/portal/remote-files.ts';
import type { LocalFiles } from '../../support/local-files.ts';
import { type Inside, whyNoMount, withMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
/** `npm run soak` sets more. */
const ROUNDS = Number(process.env.ZMX_TEST_FUSE_ROUNDS ?? 40);

/** What a program sees of a path: type, mode, size and content, or the errno. */
function look({ fs }: Inside, path: string): string {
  try {
    const info = fs.lstatSync(path);
    const type = info.isDirectory() ? 'folder' : info.isSymbolicLink() ? 'link' : 'file';
    const content = info.isDirectory()
      ? fs.readdirSync(path).sort().join()
      : info.isSymbolicLink()
        ? fs.readlinkSync(path)
        : fs.readFileSync(path, 'utf8');
    return `${type} ${(info.mode & 0o777).toString(8)} ${info.isDirectory() ? '' : info.size} ${content}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** The same files, with some properties or calls replaced. */
function altered(files: LocalFiles, change: (name: string | symbol, value: unknown) => unknown): RemoteFiles {
  return new Proxy<RemoteFiles>(files, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      return change(name, typeof value === 'function' ? value.bind(target) : value);
    },
  });
}

/** Delays the replies to one call, with what they say, until `release`. */
function delaying(files: LocalFiles, call: string, release: Promise<void>, reached: () => void): RemoteFiles {
  return altered(files, (name, value) => {
    if (name !== call) return value;
    return async (...args: unknown[]) => {
      const result = await (value as (...args: unknown[]) => Promise<unknown>)(...args);
      if (args[0] !== '') {
        reached();
        await release;
      }
      return result;
    };
  });
}

test(
  "a command's end does not wait for a change that was told before the folder was served",
  options,
  async () => {
    await withMount(
      () => {},
      async ({ server, files }) => {
        await server.revalidateAfterExec(files.clock);
        assert.equal(
          files.calls.get('prefetch'),
          undefined,
          'everything was compared, for want of the clock',
        );
      },
      {
        wrap: (files) => {
          files.changed(['somewhere']);
          return files;
        },
      },
    );
  },
);

test(
  'what was listed before the folder was served is not asked for again, unless it has changed since',
  options,
  async () => {
    const folders = ['', 'quiet', 'busy'];
    await withMount(
      (real) => {
        for (const folder of folders) fs.mkdirSync(join(real, folder), { recursive: true });
        for (const name of ['quiet/a', 'busy/b', 'busy/gone']) fs.writeFileSync(join(real, name), 'old');
      },
      async ({ inside, files }) => {
        const listed = files.calls.get('list');
        assert.deepEqual(
          await inside(
            ({ fs }) => [fs.readdirSync('quiet'), fs.statSync('quiet/a').size, fs.existsSync('quiet/none')],
            0,
          ),
          [['a'], 3, false],
        );
        assert.equal(files.calls.get('list'), listed);
        assert.equal(files.calls.get('stat'), 1, 'only the root');
        assert.deepEqual(
          await inside(({ fs }) => [fs.readdirSync('busy'), fs.readFileSync('busy/b', 'utf8')], 0),
          [['b'], 'changed'],
        );
      },
      {
        before: async (early, files, real) => {
          await early.begin({ maxEntries: 100, maxBytes: 0, maxFileBytes: 0 });
          fs.writeFileSync(join(real, 'busy/b'), 'changed');
          fs.unlinkSync(join(real, 'busy/gone'));
          files.changed(['busy/b', 'busy/gone']);
        },
      },
    );
  },
);

test('what was told with its content, or was appended here, is read without asking', options, () =>
  withMount(
    (real) => fs.writeFileSync(join(real, 'log'), ''),
    async ({ files, real, server, inside }) => {
      await server.prefetch({ maxEntries: 100, maxBytes: 0, maxFileBytes: 0 });
      await inside(({ fs }) => fs.readFileSync('log'), undefined);
      fs.writeFileSync(join(real, 'answer'), 'yes');
      files.changed(['', 'answer'], false, ['answer']);
      await server.revalidateAfterExec(files.clock);
      const reads = files.calls.get('read');
      const seen = await inside(({ fs }) => {
        for (const line of ['one\n', 'two\n']) fs.appendFileSync('log', line);
        return [fs.readFileSync('answer', 'utf8'), fs.readFileSync('log', 'utf8')];
      }, undefined);
      assert.deepEqual(seen, ['yes', 'one\ntwo\n']);
      assert.equal(files.calls.get('read'), reads);

      fs.writeFileSync(join(real, 'answer'), 'old');
      fs.appendFileSync(join(real, 'log'), 'theirs\n');
      files.changed(['answer'], false, ['answer']);
      fs.writeFileSync(join(real, 'answer'), 'newer');
      files.changed(['answer', 'log']);
      await server.revalidateAfterExec(files.clock);
      const then = await inside(({ fs }) => {
        fs.appendFileSync('log', 'ours\n');
        return [fs.readFileSync('answer', 'utf8'), fs.readFileSync('log', 'utf8')];
      }, undefined);
      assert.deepEqual(then, ['newer', 'one\ntwo\ntheirs\nours\n']);
    },
  ),
);

test('a file that grows while it is read, and whose change is told first, reads whole', options, async () => {
  await withMount(
    (real) => fs.writeFileSync(join(real, 'grows'), ''),
    async ({ inside, files, real }) => {
      let grown = false;
      files.before = (call, path) => {
        if (call !== 'read' || path !== 'grows' || grown) return;
        grown = true;
        fs.writeFileSync(join(real, 'grows'), 'all of it');
        files.changed(['grows']);
      };
      const twice = await inside(({ fs }) => [0, 1].map(() => fs.readFileSync('grows', 'utf8')), 0);
      assert.equal(twice[1], 'all of it');
    },
  );
});

test('whatever another process changes reads new once its push is taken in', options, () =>
  withMount(
    (real) => {
      fs.mkdirSync(join(real, 'dir/sub'), { recursive: true });
      fs.writeFileSync(join(real, 'dir/file'), 'first');
      fs.symlinkSync('file', join(real, 'dir/link'));
    },
    async ({ real, files, server, inside }) => {
      const path = (name: string): string => join(real, name);
      const changes: ((round: number) => string[])[] = [
        (round) => {
          fs.writeFileSync(path('dir/file'), `content of round ${round}`);
          return ['dir/file'];
        },
        (round) => {
          fs.writeFileSync(path('dir/file'), `content of ROUND ${round}`);
          return ['dir/file'];
        },
        (round) => {
          fs.writeFileSync(path('dir/new'), `replaced in ${round}`);
          fs.renameSync(path('dir/new'), path('dir/file'));
          return ['dir/new', 'dir/file', 'dir'];
        },
        () => {
          fs.rmSync(path('dir/file'));
          return ['dir/file', 'dir'];
        },
        (round) => {
          fs.writeFileSync(path(`dir/made-${round}`), 'made');
          return [`dir/made-${round}`, 'dir'];
        },
        (round) => {
          fs.rmSync(path('dir/link'), { force: true });
          fs.symlinkSync(`target-${round}`, path('dir/link'));
          return ['dir/link', 'dir'];
        },
        (round) => {
          if (fs.existsSync(path('dir/sub'))) fs.rmSync(path('dir/sub'), { recursive: true });
          else if (round % 2) fs.mkdirSync(path('dir/sub'));
          else fs.writeFileSync(path('dir/sub'), 'a file now');
          return ['dir/sub', 'dir'];
        },
        (round) => {
          if (!fs.existsSync(path('dir/file'))) return [];
          fs.chmodSync(path('dir/file'), round % 2 ? 0o640 : 0o755);
          return ['dir/file'];
        },
      ];
      for (let round = 0; round < ROUNDS; round++) {
        const watched = ['dir', 'dir/file', 'dir/link', 'dir/sub', `dir/made-${round}`];
        for (const name of watched) await inside(look, name);
        files.changed(changes[(round * 5 + (round >> 3)) % changes.length]!(round));
        await server.revalidateAfterExec(0);
        for (const name of watched)
          assert.equal(
            await inside(look, name),
            look({ fs } as Inside, path(name)),
            `round ${round}, ${name}`,
          );
      }
    },
  ),
);

for (const call of ['list', 'read'] as const)
  test(`a reply to ${call} that a push has overtaken is not believed`, options, async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await withMount(
      (real) => {
        fs.mkdirSync(join(real, 'dir'));
        fs.writeFileSync(join(real, 'dir/file'), 'old');
      },
      async ({ real, files, inside }) => {
        const seen = inside(({ fs }) => fs.readFileSync('dir/file', 'utf8'), null);
        await waiting;
        fs.writeFileSync(join(real, 'dir/file'), 'new!');
        files.changed(['dir/file']);
        release();
        assert.equal(await seen, 'new!');
        assert.equal(await inside(look, 'dir/file'), 'file 644 4 new!');
      },
      { wrap: (files) => delaying(files, call, released, reached) },
    );
  });

test('what was missed while the lease was lost is seen once it is renewed', options, () =>
  withMount(
    (real) => {
      fs.mkdirSync(join(real, 'dir'));
      fs.writeFileSync(join(real, 'dir/changed'), 'old');
      fs.writeFileSync(join(real, 'dir/removed'), 'old');
    },
    async ({ real, files, server, inside }) => {
      const names = ['dir', 'dir/changed', 'dir/removed', 'dir/made'];
      for (const name of names) await inside(look, name);
      files.lease.emit('lost');
      fs.writeFileSync(join(real, 'dir/changed'), 'new');
      fs.rmSync(join(real, 'dir/removed'));
      fs.writeFileSync(join(real, 'dir/made'), 'made');
      files.lease.emit('renewed');
      await server.revalidateAfterExec(0);
      for (const name of names)
        assert.equal(await inside(look, name), look({ fs } as Inside, join(real, name)), name);
    },
  ),
);

test('a call that waits for a lost host goes on when it is back, and can be interrupted', options, () =>
  withMount(
    (real) => fs.writeFileSync(join(real, 'file'), 'content'),
    async ({ files, inside }) => {
      files.lease.emit('lost');
      // SIGTERM ends the cat although its open(2) is not answered.
      const ended = await inside(
        ({ childProcess }) => childProcess.spawnSync('timeout', ['0.2', 'cat', 'file']).status,
        null,
      );
      assert.equal(ended, 124);
      const read = inside(look, 'file');
      files.lease.emit('held');
      assert.equal(await read, 'file 644 7 content');
    },
  ),
);

test('a call that waits for too long fails with EIO, and the user is told', options, () =>
  withMount(
    (real) => fs.writeFileSync(join(real, 'file'), 'content'),
    async ({ files, inside, notices }) => {
      files.lease.emit('lost');
      assert.equal(await inside(look, 'file'), 'EIO');
      assert.equal(notices.length, 1);
      files.lease.emit('held');
      assert.equal(await inside(look, 'file'), 'file 644 7 content');
    },
    { timeoutMs: 100 },
  ),
);

test('without a watch, everything is asked for again after a command', options, () =>
  withMount(
    (real) => fs.writeFileSync(join(real, 'file'), 'old'),
    async ({ real, server, inside }) => {
      for (let round = 0; round < 10; round++) {
        await inside(look, 'file');
        await inside(look, `made-${round}`);
        fs.writeFileSync(join(real, 'file'), `new ${round}`);
        fs.writeFileSync(join(real, `made-${round}`), 'made');
        await server.revalidateAfterExec(0);
        assert.equal(await inside(look, 'file'), `file 644 5 new ${round}`);
        assert.equal(await inside(look, `made-${round}`), 'file 644 4 made');
      }
    },
    { wrap: (files) => altered(files, (name, value) => (name === 'watched' ? false : value)) },
  ),
);

test('when the notifier is killed, nothing old is believed', options, () =>
  withMount(
    (real) => fs.writeFileSync(join(real, 'file'), 'first'),
    async ({ real, files, server, inside }) => {
      assert.equal(await inside(look, 'file'), 'file 644 5 first');
      const killed = notifierOf(process.pid);
      process.kill(killed, 'SIGSTOP');
      fs.writeFileSync(join(real, 'file'), 'second');
      files.changed(['file']);
      process.kill(killed, 'SIGKILL');
      await server.revalidateAfterExec(0);
      assert.equal(await inside(look, 'file'), 'file 644 6 second');
    },
  ),
);

/** The child of a process that is called notifier; see proc_pid_stat(5). */
function notifierOf(parent: number): number {
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(`(notifier) S ${parent} `))
        return Number(pid);
    } catch {
      // it has ended
    }
  throw new Error('there is no notifier');
}
