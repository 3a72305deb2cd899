import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { processStat } from '../../src/base/proc.ts';
import { HolderClient } from '../../src/holder/holder-client.ts';
import { holderSocketPath } from '../../src/holder/holder-place.ts';
import { connectHolder, listHolders, startHolder } from '../../src/holder/start-holder.ts';
import { eventually, within } from '../support/eventually.ts';
import { Listener, processState, request, startTestHolder, tryKill } from '../support/held.ts';
import { makeTempHome } from '../support/temp-home.ts';

const starter = join(packageRoot, 'dist/test/support/start-holder-once.js');

/** Starts a holder from another process, which ends at once; resolves with what it printed. */
function startElsewhere(folders: { runtime: string; state: string }): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [starter, folders.runtime, folders.state], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    // 'close', not 'exit': it comes only when nobody holds the pipe any more, the holder neither
    child.on('close', () => resolve(text.trim()));
  });
}

test('several starters at once get one holder, which owes them nothing', async (t) => {
  const home = makeTempHome();
  t.after(() => home.dispose());
  // left over from a holder that was killed
  writeFileSync(join(home.folders.runtime, 'holder-1.sock'), '');
  const sockets = await within(
    Promise.all(Array.from({ length: 3 }, () => startElsewhere(home.folders))),
    'three starters',
  );
  assert.deepEqual(new Set(sockets), new Set([join(home.folders.runtime, 'holder-1.sock')]));
  writeFileSync(join(home.folders.runtime, 'holder-0.sock'), '');
  assert.deepEqual(await listHolders(home.folders.runtime), [sockets[0]]);
  const client = await HolderClient.connect(sockets[0]!, { daemon: false });
  t.after(() => client.dispose());
  const { pid } = client.welcome;
  t.after(() => tryKill(pid));
  const stat = processStat(pid);
  assert.deepEqual([stat?.group, stat?.session, stat?.foreground], [pid, pid, -1]);
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/');
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    if (Number(fd) <= 2) assert.equal(target, '/dev/null');
    assert.doesNotMatch(target, /\.js$/);
  }
});

test('it survives SIGHUP, and at SIGTERM hangs up on its children and ends', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const { pid } = await client.spawn(
    request(place, 'p', 'trap "echo bye; exit 3" HUP; echo ready; while :; do sleep 0.05; done'),
  );
  const listener = new Listener(client, 'p');
  await listener.until(/ready/);
  process.kill(place.pid, 'SIGHUP');
  process.kill(place.pid, 'SIGINT');
  assert.equal((await client.list()).length, 1);
  const closed = client.closed.once();
  process.kill(place.pid, 'SIGTERM');
  assert.deepEqual(await listener.ended(), { code: 3, signal: 0 });
  await within(closed, 'the end of the holder');
  await eventually(() => processState(pid) === undefined);
  assert.ok(!existsSync(place.socket));
});

test('after a crash the next one starts over; where it cannot, it says why', async (t) => {
  const place = await startTestHolder(t);
  const { incarnation } = (await place.connect()).welcome;
  process.kill(place.pid, 'SIGKILL');
  const next = await eventually(async () => {
    // The old one's socket may still answer while it dies.
    const { client } = await connectHolder(place.home.folders, { daemon: false });
    if (client.welcome.incarnation !== incarnation) return client;
    client.dispose();
    return undefined;
  });
  t.after(() => tryKill(next.welcome.pid));
  t.after(() => next.dispose());

  await assert.rejects(
    startHolder({ runtime: `/tmp/${'long'.repeat(30)}`, state: '/tmp' }),
    /too long for a socket/,
  );
  const broken = makeTempHome();
  t.after(() => broken.dispose());
  mkdirSync(join(broken.folders.runtime, 'holder-1.lock'));
  await assert.rejects(startHolder(broken.folders), /the holder cannot be started: .*EISDIR/);
});

test('one that dies while somebody connects to it is followed by another', async (t) => {
  const home = makeTempHome();
  t.after(() => home.dispose());
  // What is left of a process that was killed: it accepts, and nobody is there.
  let connections = 0;
  const dying = createServer((socket) => {
    socket.destroy();
    if (++connections === 10) dying.close();
  });
  dying.listen(holderSocketPath(home.folders.runtime));
  await once(dying, 'listening');
  const { client } = await within(connectHolder(home.folders, { daemon: false }), 'a holder that lives');
  t.after(() => client.dispose());
  t.after(() => tryKill(client.welcome.pid));
  assert.equal(connections >= 10, true);
  assert.deepEqual(await client.list(), []);
});
