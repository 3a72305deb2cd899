import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

it('mistakes in the configuration are shown with their places, and the rest of it counts', async () => {
  const user = new ZmxUser();
  try {
    const file = join(user.temp.folders.config, 'zmx.conf');
    writeFileSync(file, 'nonsense\nset -g nosuch 1\nset -g @mine yes\n');
    // Without a word after it: a new session.
    const terminal = user.open([], { cols: 120 });
    await terminal.waitForScreen(
      /zmx\.conf:1: unknown command: nonsense[\s\S]*zmx\.conf:2: invalid option: nosuch/,
    );
    assert.equal(await user.ok('show-options', '-gv', '@mine'), 'yes');
  } finally {
    await user.close();
  }
});

it('kill-server while the daemon is still starting ends it as soon as it has', async () => {
  const user = new ZmxUser();
  try {
    writeFileSync(join(user.temp.folders.config, 'zmx.conf'), 'kill-server\n');
    const daemon = spawn(process.execPath, [entryPath('daemon/zmxd'), '-L', 'default'], {
      env: user.env,
      stdio: 'ignore',
    });
    const [code] = await once(daemon, 'exit');
    assert.equal(code, 0);
    await eventually(() => user.processes().length === 0);
  } finally {
    user.dispose();
  }
});

it('asks for the version of the tmux whose language it is in, and so does the tmux of tmux-compat', async () => {
  const user = new ZmxUser();
  try {
    const file = join(user.temp.folders.config, 'zmx.conf');
    writeFileSync(file, '%if #{>=:#{version},3.1}\nset -g @new yes\n%endif\nset -g tmux-compat on\n');
    await user.ok('new-session', '-d', 'tmux -V; exec cat');
    assert.equal(await user.ok('show-options', '-gv', '@new'), 'yes');
    await eventually(async () => (await user.ok('capture-pane', '-p')).startsWith('tmux 3.3a'));
    assert.match(await user.ok('display-message', '-p', '#{zmx_version}'), /^\d+\.\d+\.\d+$/);
  } finally {
    await user.close();
  }
});

it('panes have zmx without an installation, and a portal that C-b A cannot open says why', async () => {
  const user = new ZmxUser();
  try {
    const terminal = user.open(['attach', 'work'], { cols: 160 });
    await terminal.waitForScreen(/\[work\]/);
    terminal.send('\x02A');
    for (const [prompt, answer] of [
      ['host', 'nowhere'],
      ['folder', '/srv/app'],
      ['program', 'ls'],
    ] as const) {
      await terminal.waitForScreen(new RegExp(`^${prompt} *$`, 'm'));
      terminal.send(`${answer}\r`);
    }
    await terminal.waitForScreen(/no host 'nowhere'; add it with: zmx host add[\s\S]*\[work\] 0:zmx\[dead\]/);
  } finally {
    await user.close();
  }
});
