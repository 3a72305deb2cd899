import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../src/base/package-root.ts';
import { eventually, within } from '../support/eventually.ts';
import { processState, request, startTestHolder, tryKill } from '../support/held.ts';

test('the daemon is started again, as it was, each time that it is killed', async (t) => {
  const place = await startTestHolder(t);
  const file = join(place.home.root, 'daemons');
  const starts = () =>
    existsSync(file)
      ? place
          .read(file)
          .trimEnd()
          .split('\n')
          .map((line) => line.split(' '))
      : [];
  t.after(() => {
    for (const [pid] of starts()) tryKill(Number(pid));
  });
  const client = await place.connect();
  const shell = await client.spawn(request(place, 'p', 'cat'));
  spawn(process.execPath, [join(packageRoot, 'dist/test/support/fake-daemon.js'), place.socket, file], {
    cwd: '/usr',
    env: { ...place.home.env, FLAVOUR: 'plain' },
    stdio: 'ignore',
  });
  for (let round = 1; round <= 4; round++) {
    const [pid, flavour, cwd] = await eventually(() => starts()[round - 1], { what: `start ${round}` });
    assert.deepEqual([flavour, cwd], ['plain', '/usr']);
    if (round < 4) process.kill(Number(pid), 'SIGKILL');
  }
  assert.equal((await client.list())[0]?.pid, shell.pid);

  // A newer life line retires the older one, which is not started again for that.
  const newer = await place.connect({ daemon: true });
  const last = Number(starts().at(-1)?.[0]);
  await eventually(() => processState(last) === undefined, { what: 'the end of the older daemon' });
  await newer.bye({ quit: false });
  await sleep(300);
  assert.equal(starts().length, 4);
});

test('a daemon that cannot start is tried less and less often', async (t) => {
  const place = await startTestHolder(t);
  const file = join(place.home.root, 'tries');
  const daemon = await place.connect({ daemon: true });
  daemon.respawn(['/bin/sh', '-c', `date +%s%N >> ${file}; exit 1`], '/no/such/folder', place.home.env);
  await daemon.list();
  daemon.dispose();
  const tries = () => (existsSync(file) ? place.read(file).trimEnd().split('\n').map(Number) : []);
  await eventually(() => tries().length >= 5, { what: 'five tries' });
  const [first = 0, , , , fifth = 0] = tries();
  // 100 + 250 + 500 ms: the death of a daemon that was linked hardly counts
  assert.ok((fifth - first) / 1e6 >= 800, `five tries within ${(fifth - first) / 1e6} ms`);
  // Whoever links now ends the tries.
  const newer = await place.connect({ daemon: true });
  await newer.bye({ quit: false });
});

test('told to quit, the holder ends once its last child has', async (t) => {
  const place = await startTestHolder(t);
  const daemon = await place.connect({ daemon: true });
  await daemon.spawn(request(place, 'p', 'read -r line'));
  await daemon.bye({ quit: true });
  const other = await place.connect();
  await other.input('p', 's', 1, Buffer.from('go\n'));
  const closed = other.connected ? other.closed.once() : Promise.resolve();
  await within(Promise.resolve(closed), 'the end of the holder');
  await eventually(() => !existsSync(place.socket), { what: 'the removal of the socket' });
});

test('a guarded process that has gone is told until somebody has understood', async (t) => {
  const place = await startTestHolder(t);
  const portal = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  t.after(() => tryKill(portal.pid ?? 0));
  const first = await place.connect({ daemon: true });
  first.guard('portal-1', portal.pid ?? 0, 'end session 7');
  first.guard('portal-2', process.pid, 'never');
  await first.list();
  const told = first.gone.once();
  portal.kill('SIGKILL');
  assert.deepEqual(await within(told, 'gone'), { key: 'portal-1', note: 'end session 7' });
  const second = await place.connect({ daemon: true });
  assert.deepEqual(second.welcome.guards, {
    'portal-1': { note: 'end session 7', gone: true },
    'portal-2': { note: 'never', gone: false },
  });
  assert.equal((await within(second.gone.once(), 'gone again')).key, 'portal-1');
  second.unguard('portal-1');
  const late = second.gone.once();
  second.guard('portal-3', 2 ** 22 + 1, 'no such pid');
  assert.equal((await within(late, 'a pid that has gone before')).key, 'portal-3');
  assert.deepEqual(Object.keys((await place.connect()).welcome.guards), ['portal-2', 'portal-3']);
});
