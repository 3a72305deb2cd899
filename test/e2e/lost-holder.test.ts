import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** What is typed before the shell reads is echoed by the terminal: then the prompt comes behind it, before the output. */
const newShellSpoke = /of before[\s\S]*\n(?:\S*[#$] )?new shell$/m;

describe('when the process that holds the programs is killed', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  const lines = (...args: string[]) => user.ok('capture-pane', '-p', '-S', '-', ...args);
  const holderPid = () =>
    user.processes().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('zmx-holder'));

  it('panes get new shells below their history, and the daemon is still started again', async () => {
    await user.ok('new-session', '-d', '-s', 'work', "printf 'of before\\n'; exec cat");
    await eventually(async () => (await lines()).includes('of before'));
    await user.ok('set-option', '-g', 'remain-on-exit', 'on');
    await user.ok('new-window', '-d', '-n', 'dead', 'echo last words; exit 3');
    const dead = () => user.ok('display-message', '-p', '-t', 'dead', '#{pane_dead} #{pane_dead_status}');
    await eventually(async () => (await dead()) === '1 3');
    const holder = holderPid();
    assert.ok(holder);
    process.kill(holder, 'SIGKILL');
    await eventually(async () => (await user.ok('display-message', '-p', '#{pane_restored}')) === '1');
    // What ran may wait at the prompt by now: C-u takes it away, and typing keeps it from coming.
    await user.ok('send-keys', 'C-u', 'echo new shell', 'Enter');
    await eventually(async () => {
      assert.match(await lines(), newShellSpoke);
      return true;
    });

    const daemon = user.daemonPid();
    process.kill(daemon, 'SIGKILL');
    await eventually(() => user.daemonPid() !== daemon);
    await eventually(async () => (await user.run('has-session', '-t', 'work')).code === 0);
    assert.match(await lines(), newShellSpoke);

    assert.equal(await dead(), '1 3');
    assert.match(await lines('-t', 'dead'), /^last words\n+Pane is dead \(status 3, .*$/);
    await user.ok('respawn-pane', '-t', 'dead', 'echo lives again; exec cat');
    await eventually(async () => (await lines('-t', 'dead')).includes('lives again'));
  });

  it('what is typed into a pane whose new shell is still to come waits for it', async () => {
    const old = holderPid();
    assert.ok(old);
    process.kill(old, 'SIGKILL');
    const next = await eventually(() => {
      const pid = holderPid();
      return pid !== undefined && pid !== old && pid;
    });
    process.kill(next, 'SIGSTOP');
    try {
      await eventually(async () => (await user.ok('display-message', '-p', '#{pane_restored}')) === '1');
      const typed = user.ok(
        'set',
        '-g',
        '@typed',
        'yes',
        ';',
        'send-keys',
        'C-u',
        'echo for the next',
        'Enter',
      );
      const arrived = eventually(async () => (await user.run('show', '-gv', '@typed')).out === 'yes\n');
      // One that was stopped later than it began the shell keeps both waiting.
      await Promise.race([arrived, sleep(2_000)]);
      process.kill(next, 'SIGCONT');
      await Promise.all([arrived, typed]);
    } finally {
      process.kill(next, 'SIGCONT');
    }
    await eventually(async () => {
      assert.match(await lines(), /^(?:\S*[#$] )?for the next$/m);
      return true;
    });
  });
});
