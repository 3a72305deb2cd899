import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { packageVersion } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { installRelease } from '../support/release.ts';
import type { TerminalDriver } from '../support/terminal-driver.ts';
import { type CommandOutcome, ZmxUser } from '../support/zmx-user.ts';

describe('beside the release before', () => {
  let user: ZmxUser;
  let release: (name: string) => string;
  beforeEach(() => {
    user = new ZmxUser();
    release = installRelease('0.1.0', user.temp.root);
  });
  afterEach(() => user.close());

  /** The release's own `zmx ARGS`. */
  const old = (...args: string[]): Promise<CommandOutcome> => user.runWith(release('cli/zmx'), ...args);
  const oldOk = async (...args: string[]) => {
    const { code, out, err } = await old(...args);
    assert.equal(code, 0, err);
    return out.trimEnd();
  };
  const screen = async (target: string) =>
    (await user.ok('capture-pane', '-p', '-S', '-', '-t', target)).trimEnd();
  const version = () => user.ok('display-message', '-p', '#{zmx_version}');
  const shown = (terminal: TerminalDriver, text: string) =>
    eventually(() => terminal.screen().includes(text));
  const olderLine = /the daemon is 0\.1\.0, 'zmx upgrade-daemon' replaces it under its programs/;

  it('the daemon is replaced under its panes, and an attached client comes back', async () => {
    await oldOk('new-session', '-d', '-s', 'work', '-x', '80', '-y', '24', 'cat');
    await oldOk('send-keys', '-t', 'work', 'to the old one', 'Enter');
    const pid = await oldOk('display-message', '-p', '-t', 'work', '#{pane_pid}');

    const listed = await user.run('ls');
    assert.match(listed.out, /^work: 1 windows/);
    assert.match(listed.err, olderLine);
    assert.match((await user.run('restore', '--list')).err, olderLine);
    const terminal = user.open(['attach', 'work']);
    await shown(terminal, 'to the old one');

    assert.equal(
      await user.ok('upgrade-daemon'),
      `the daemon was 0.1.0 and is ${packageVersion()} now; programs and clients went on`,
    );
    assert.equal(await version(), packageVersion());
    assert.equal((await user.run('ls')).err, '');
    assert.equal(await user.ok('display-message', '-p', '-t', 'work', '#{pane_pid}'), pid);
    terminal.send('typed after\r');
    await shown(terminal, 'typed after');
    await eventually(async () =>
      /to the old one\nto the old one\ntyped after\ntyped after$/.test(await screen('work')),
    );
    assert.equal(await user.ok('upgrade-daemon'), `the daemon is ${packageVersion()} already`);

    // The old command still works with the new daemon, and a split of its with the old holder.
    assert.match(await oldOk('ls'), /^work: 1 windows/);
    await oldOk('split-window', '-d', '-t', 'work', 'cat');
    assert.equal(await oldOk('display-message', '-p', '-t', 'work', '#{window_panes}'), '2');
    terminal.dispose();

    // Killed, the new daemon is started again by the old holder.
    const daemon = user.daemonPid();
    process.kill(daemon, 'SIGKILL');
    await eventually(() => user.daemonPid() !== daemon);
    assert.equal(await version(), packageVersion());
    assert.equal(await user.ok('display-message', '-p', '-t', 'work', '#{pane_pid}'), pid);
  });

  it('a client of the release attaches to a daemon of today', async () => {
    await user.ok('new-session', '-d', '-s', 'work', 'cat');
    const terminal = user.openWith(release('cli/zmx'), ['attach', 'work']);
    await shown(terminal, '[work]');
    terminal.send('from of old\r');
    await eventually(async () => /from of old\nfrom of old$/.test(await screen('work')));
    terminal.send('\x02%');
    await eventually(
      async () => (await user.ok('display-message', '-p', '-t', 'work', '#{window_panes}')) === '2',
    );
    terminal.dispose();
  });

  it('a holder of another protocol keeps its panes, new ones go to one of today', async () => {
    const runtime = join(user.temp.folders.runtime, 'default');
    await oldOk('new-session', '-d', '-s', 'work', 'cat');
    await oldOk('kill-server');
    await eventually(() => user.processes().length === 0);
    // The release's holder under the socket name that an older protocol would have.
    const state = join(user.temp.folders.state, 'default');
    const holder = spawn(
      process.execPath,
      [release('holder/holder'), join(runtime, 'holder-0.sock'), state],
      {
        env: user.env,
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await once(holder.stdout, 'data');
    const daemon = spawn(process.execPath, [release('daemon/zmxd')], {
      env: user.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(daemon.stdout, 'data');
    await oldOk('new-session', '-d', '-s', 'work', 'cat');
    const pid = Number(await oldOk('display-message', '-p', '-t', 'work', '#{pane_pid}'));
    const parent = async (target: string) =>
      parentOf(Number(await user.ok('display-message', '-p', '-t', target, '#{pane_pid}')));
    assert.equal(parentOf(pid), holder.pid);

    await user.ok('upgrade-daemon');
    await user.ok('new-window', '-d', '-t', 'work:7', 'cat');
    assert.equal(await parent('work:0'), holder.pid);
    assert.notEqual(await parent('work:7'), holder.pid);
    await user.ok('send-keys', '-t', 'work:0', 'still here', 'Enter');
    await eventually(async () => /still here\nstill here/.test(await screen('work:0')));
    const ended = once(holder, 'exit');
    await user.ok('kill-window', '-t', 'work:0');
    await ended;
    assert.match(await user.ok('ls'), /^work: 1 windows/);
  });
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
