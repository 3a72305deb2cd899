import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { processStat } from '../../src/base/proc.ts';
import { eventually } from '../support/eventually.ts';
import { Listener, request, startTestHolder } from '../support/held.ts';

test('a child owes nothing to the holder', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const shell = await client.spawn(request(place, 'shell', 'cat'));

  for (const kind of ['pty', 'pipe'] as const) {
    await t.test(`${kind}: descriptors, signals, environment, folder and mask`, async () => {
      const pane = `child-${kind}`;
      const { pid } = await client.spawn(
        request(place, pane, ['/bin/cat'], { kind, umask: 0o27, env: { ONLY: 'this one' }, cwd: '/usr' }),
      );
      await eventually(() => readlinkSync(`/proc/${pid}/exe`) === realpathSync('/bin/cat'), {
        what: 'exec of cat',
      });
      // The program's loader has its libraries open for a moment.
      await eventually(() => readdirSync(`/proc/${pid}/fd`).join() === '0,1,2', {
        what: 'nothing but the standard streams is open',
      });
      const wanted = kind === 'pty' ? /^\/dev\/pts\// : /^pipe:/;
      for (const fd of [0, 1, 2]) assert.match(readlinkSync(`/proc/${pid}/fd/${fd}`), wanted);
      const read = (name: string) => place.read(`/proc/${pid}/${name}`);
      assert.match(read('status'), /^SigBlk:\s+0+$/m);
      assert.match(read('status'), /^SigIgn:\s+0+$/m);
      assert.match(read('status'), /^Umask:\s+0027$/m);
      assert.equal(read('environ'), 'ONLY=this one\0');
      assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/usr');
      const stat = processStat(pid);
      assert.deepEqual([stat?.group, stat?.session], [pid, pid]);
    });
  }
  assert.deepEqual(readdirSync(`/proc/${shell.pid}/fd`).length, 3);

  await t.test('a login shell sees its dash, and multi-byte characters can be erased', async () => {
    const script = 'echo "arg0=$0"; stty -a; grep -c . /proc/self/environ';
    await client.spawn(request(place, 'login', ['/bin/sh', '-c', script, '-sh'], { arg0: '-sh' }));
    const login = new Listener(client, 'login');
    await login.ended();
    assert.match(login.text(), /arg0=-sh/);
    assert.match(login.text(), /(?<!-)iutf8/);
  });
});

test('a spawn', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();

  await t.test('happens once per operation, also when somebody else repeats it', async () => {
    const wanted = request(place, 'once', 'echo started >> count; cat');
    const [first, second] = await Promise.all([client.spawn(wanted), (await place.connect()).spawn(wanted)]);
    assert.deepEqual(first, second);
    await eventually(() => place.read(join(place.home.home, 'count')) === 'started\n');
    assert.deepEqual(
      (await place.connect()).welcome.panes.map(({ op, pid }) => ({ op, pid })),
      [{ op: 'op-once', pid: first.pid }],
    );
    await assert.rejects(client.spawn({ ...wanted, op: 'another' }), { code: 'EEXIST' });
  });

  await t.test('that cannot be is told with its errno and a sentence', async () => {
    const { home } = place.home;
    const fails = (name: string, command: string[], more: object, expected: object) =>
      assert.rejects(client.spawn(request(place, name, command, more)), expected, name);
    writeFileSync(join(home, 'text'), 'no program');
    await fails(
      'f1',
      ['no-such-program'],
      {},
      { code: 'ENOENT', message: /no-such-program: there is no such program in PATH/ },
    );
    await fails('f2', ['./missing'], {}, { code: 'ENOENT', message: /\.\/missing: there is no such file/ });
    await fails('f3', ['./text'], {}, { code: 'EACCES', message: /\.\/text: it is not executable/ });
    await fails(
      'f4',
      ['cat'],
      { cwd: join(home, 'gone') },
      { code: 'ENOENT', message: /cannot start in .*gone/ },
    );
    await fails('f5', ['cat'], { cwd: join(home, 'text') }, { code: 'ENOTDIR' });
    await fails('f6', ['cat'], { env: { PATH: home } }, { code: 'ENOENT' });
    assert.equal((await client.list()).length, 1);
  });

  await t.test('whose exec fails ends with 127 and a line that says why', async () => {
    writeFileSync(join(place.home.home, 'orphan'), '#!/no/such/interpreter\n');
    chmodSync(join(place.home.home, 'orphan'), 0o755);
    for (const kind of ['pty', 'pipe'] as const) {
      await client.spawn(request(place, `exec-${kind}`, ['./orphan'], { kind }));
      const listener = new Listener(client, `exec-${kind}`);
      assert.deepEqual(await listener.ended(), { code: 127, signal: 0 });
      assert.match(listener.text() + listener.errText(), /zmx: cannot run .*orphan: No such file/);
    }
    const tooMuch = ['/bin/echo', 'x'.repeat(200_000)];
    await client.spawn(request(place, 'too-much', tooMuch, { kind: 'pipe' }));
    const listener = new Listener(client, 'too-much');
    assert.deepEqual(await listener.ended(), { code: 126, signal: 0 });
    assert.equal(listener.errText(), 'zmx: cannot run /bin/echo: Argument list too long\n');
  });

  await t.test('of a script without #! is the shell with it', async () => {
    writeFileSync(join(place.home.home, 'bare'), 'echo "$0 $1"; exit 3\n', { mode: 0o755 });
    for (const kind of ['pty', 'pipe'] as const) {
      await client.spawn(request(place, `bare-${kind}`, ['./bare', 'word'], { kind }));
      const listener = new Listener(client, `bare-${kind}`);
      assert.deepEqual(await listener.ended(), { code: 3, signal: 0 });
      assert.match(listener.text(), /^\/.*bare word\r?\n$/);
    }
  });
});

test('status names the foreground command and its folder', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(request(place, 'p', ['/bin/sh', '-i']));
  const shell = new Listener(client, 'p');
  await shell.until(/\$ /);
  assert.deepEqual((await client.status('p')).cwd, realpathSync(place.home.home));
  await client.input('p', 's', 1, Buffer.from('cd /usr; (sleep 1000)\n'));
  await eventually(async () => (await client.status('p')).command === 'sleep', { what: 'sleep in front' });
  const { cwd, pid } = await client.status('p');
  assert.equal(cwd, '/usr');
  client.signal('p', 2, 'foreground');
  await eventually(async () => (await client.status('p')).pid !== pid, { what: 'the shell in front again' });
  await assert.rejects(client.status('nowhere'), { code: 'ENOENT' });
});

test('without descriptors to spare a spawn fails with the reason, and works again later', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const open = readdirSync(`/proc/${place.pid}/fd`).map(Number);
  const limit = (value: string) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(place.pid), `--nofile=${value}:`]);
    assert.equal(status, 0, String(stderr));
  };
  const before = /open files\s+(\d+)/.exec(place.read(`/proc/${place.pid}/limits`))?.[1] ?? '1024';
  for (const spare of [0, 1, 4, 6]) {
    limit(String(limitThatLeaves(spare, open)));
    const kinds = spare < 2 ? (['pty', 'pipe'] as const) : (['pipe'] as const);
    for (const kind of kinds)
      await assert.rejects(client.spawn(request(place, `${kind}-${spare}`, 'true', { kind })), {
        name: 'ZmxError',
        message: /EMFILE|too many/,
      });
    assert.deepEqual(readdirSync(`/proc/${place.pid}/fd`).map(Number), open);
  }
  limit(String(limitThatLeaves(4, open)));
  const noInput = { ...request(place, 'no-input', 'true', { kind: 'pipe' }), noInput: true };
  await assert.rejects(client.spawn(noInput), { name: 'ZmxError', message: /EMFILE|too many/ });
  // /dev/null stays open: it is what children without input share.
  assert.equal(readdirSync(`/proc/${place.pid}/fd`).length, open.length + 1);
  limit(before);
  for (const kind of ['pty', 'pipe'] as const) {
    await client.spawn(request(place, kind, 'exit 5', { kind }));
    assert.deepEqual(await new Listener(client, kind).ended(), { code: 5, signal: 0 });
  }
});

/** RLIMIT_NOFILE, one above the highest number that may be given out, with `spare` free numbers below it. */
function limitThatLeaves(spare: number, open: readonly number[]): number {
  let limit = 0;
  for (let free = 0; free < spare || open.includes(limit); limit++) if (!open.includes(limit)) free++;
  return limit;
}
