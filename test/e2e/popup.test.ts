import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import type { TerminalDriver } from '../support/terminal-driver.ts';
import { ZmxUser } from '../support/zmx-user.ts';

describe('a popup', () => {
  let user: ZmxUser;
  let terminal: TerminalDriver;
  before(async () => {
    user = new ZmxUser();
    terminal = user.open(['attach', 'work']);
    await terminal.waitForScreen(/\[work\] 0:/);
  });
  after(() => user.close());

  const gone = () => terminal.waitForScreen((screen) => !/[┌╔]/.test(screen));

  it('has a program in a box, outlives the daemon and tells the exit status to whoever opened it', async () => {
    const size = ['-w', '40', '-h', '50%', '-x', '0', '-y', '13'];
    const opened = user.run('display-popup', '-E', ...size, '-T', ' title ', 'stty size; cat; exit 3');
    await terminal.waitForScreen(/^┌─ title ─{30}┐[\s\S]*^│10 38 {33}│/m);
    terminal.send('before\r');
    await terminal.waitForScreen(/^│before +│\n^│before +│/m);
    const daemon = user.daemonPid();
    process.kill(daemon, 'SIGKILL');
    await eventually(() => user.daemonPid() !== daemon);
    terminal.send('behind\r');
    await terminal.waitForScreen(/^│before +│\n^│before +│\n^│behind +│\n^│behind +│/m);
    terminal.send('\x04');
    assert.equal((await opened).code, 3);
    await gone();
  });

  it('without -E shows the last screen until Escape; then the other commands of its key run', async () => {
    await user.ok('bind-key', '-n', 'F5', 'display-popup "echo last words" ; rename-window after');
    terminal.send('\x1b[15~');
    await terminal.waitForScreen(/│last words +│/);
    assert.notEqual(await user.ok('display-message', '-p', '#W'), 'after');
    terminal.send('\x1b');
    await gone();
    await terminal.waitForScreen(/0:after/);
  });

  it('goes with its client, and its program with it', async () => {
    const opened = user.run('display-popup', '-b', 'double', 'exec sleep 1000');
    await terminal.waitForScreen(/╔═+╗/);
    const program = () =>
      user.processes().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1') === 'sleep\x001000\0');
    assert.ok(await eventually(program));
    await user.ok('detach-client', '-s', 'work');
    assert.equal((await opened).code, 129);
    await eventually(() => program() === undefined);
  });
});
