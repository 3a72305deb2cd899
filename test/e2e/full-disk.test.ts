import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ZmxUser } from '../support/zmx-user.ts';

const mounts =
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0 &&
  process.getuid?.() === 0;

describe('a full disk', { skip: !mounts && 'mounting a small file system takes root' }, () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
    user.mountSmall(user.temp.folders.state, 4);
  });
  after(() => user.close());

  it('leaves the panes running, says that they are not crash-safe, and recovers by itself', async () => {
    const terminal = user.open(['attach', 'work'], { cols: 120 });
    await terminal.waitForScreen(/\[work\] 0:/);
    const ballast = join(user.temp.folders.state, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
    writeFileSync(join(user.temp.home, 'script'), 'seq 1 60000; echo printed-$((6*7))\n');
    terminal.send('sh script\r');
    await terminal.waitForScreen(/printed-42/);
    terminal.send('\x02c');
    await terminal.waitForScreen(/not crash-safe: .*no space left/i);
    terminal.send('echo live-$((4+4))\r');
    await terminal.waitForScreen(/live-8/);
    rmSync(ballast);
    terminal.send('\x02c');
    await terminal.waitForScreen((screen) => screen.includes('2:') && !screen.includes('not crash-safe'));
    process.kill(user.daemonPid(), 'SIGKILL');
    terminal.send('echo back-$((5+5))\r');
    await terminal.waitForScreen(/back-10/);
    assert.match(await user.ok('capture-pane', '-p', '-t', 'work:0', '-S', '-5'), /printed-42/);
  });
});
