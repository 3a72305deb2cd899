import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ZmxUser } from '../support/zmx-user.ts';

describe('zmx attach', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  it('opens a session with a shell, splits, detaches and comes back to the same screen', async () => {
    const terminal = user.open(['attach', 'work']);
    await terminal.waitForScreen(/\[work\] 0:/);
    terminal.send('echo first-$((40+2))\r');
    await terminal.waitForScreen(/first-42/);
    terminal.send('\x02%');
    await terminal.waitForScreen(/│/);
    terminal.send('echo second-$((50+5))\r');
    await terminal.waitForScreen(/second-55/);
    const pids = await user.ok('list-panes', '-t', 'work', '-F', '#{pane_pid}');
    assert.equal(pids.split('\n').length, 2);

    terminal.send('\x02d');
    await terminal.waitForScreen(/\[detached \(from session work\)\]/);
    assert.deepEqual(await terminal.waitForExit(), { code: 0, signal: 0 });
    assert.match(await user.ok('ls'), /^work: 1 windows/);

    const again = user.open(['attach', 'work']);
    await again.waitForScreen((screen) => screen.includes('first-42') && screen.includes('second-55'));
    assert.equal(await user.ok('list-panes', '-t', 'work', '-F', '#{pane_pid}'), pids);
    again.send('exit\r');
    await again.waitForScreen((screen) => !screen.includes('│'));
    again.send('exit\r');
    await again.waitForScreen(/\[exited\]/);
    assert.equal((await again.waitForExit()).code, 0);
  });

  it('and new-session start programs at the size of the terminal', async () => {
    await user.ok('start-server', ';', 'set-option', '-g', 'exit-empty', 'off');
    await user.ok('set-option', '-g', 'default-command', 'stty size; exec cat');
    for (const words of [
      ['new-session', '-s', 'new'],
      ['attach', 'attached'],
    ]) {
      const terminal = user.open(words, { cols: 61, rows: 17 });
      await terminal.waitForScreen(/^16 61 *$/m);
    }
  });
});
