import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { packageVersion } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { installRelease, installToday } from '../support/release.ts';
import type { TerminalDriver } from '../support/terminal-driver.ts';
import { ZmxUser } from '../support/zmx-user.ts';

const NEXT = '0.2.99';

describe('a daemon in the foreground', () => {
  let user: ZmxUser;
  beforeEach(() => {
    user = new ZmxUser();
  });
  afterEach(() => user.close());

  const isReady = async (terminal: TerminalDriver, times = 1) => {
    const ready = new RegExp(`(zmxd is ready\\s*){${times}}$`);
    await terminal.waitForScreen((screen) => ready.test(screen));
  };
  const show = (format: string) => user.ok('display-message', '-p', '-t', 'work', format);
  const wordsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

  it('becomes the next version under its panes, in the same process and on the same terminal', async () => {
    const next = installToday(NEXT, user.temp.root);
    const terminal = user.open(['daemon']);
    await isReady(terminal);
    assert.equal(user.daemonPid(), terminal.pid);
    await user.ok('new-session', '-d', '-s', 'work', '-x', '80', '-y', '24', 'cat');
    const pane = await show('#{pane_pid}');
    await user.ok('send-keys', '-t', 'work', 'before', 'Enter');

    const { code, out, err } = await user.runWith(next('cli/zmx'), 'upgrade-daemon');
    assert.deepEqual(
      { code, out, err },
      {
        ...{ code: 0, err: '' },
        out: `the daemon was ${packageVersion()} and is ${NEXT} now; programs and clients went on\n`,
      },
    );
    await isReady(terminal, 2);
    assert.equal(user.daemonPid(), terminal.pid);
    assert.equal(await show('#{zmx_version} #{pane_pid}'), `${NEXT} ${pane}`);
    await user.ok('send-keys', '-t', 'work', 'after', 'Enter');
    await eventually(async () =>
      /^before\nbefore\nafter\nafter$/.test((await user.ok('capture-pane', '-p', '-t', 'work')).trimEnd()),
    );

    // The old version's command takes it back, from the program that it has become.
    await user.ok('upgrade-daemon');
    await isReady(terminal, 3);
    assert.equal(await show('#{zmx_version}'), packageVersion());
    assert.equal(user.daemonPid(), terminal.pid);

    process.kill(terminal.pid, 'SIGTERM');
    assert.deepEqual(await terminal.waitForExit(), { code: 0, signal: 0 });
    await user.ok('start-server');
    assert.equal(await show('#{pane_pid}'), pane, 'its programs waited for the next daemon');
  });

  it('takes over from the one that the holder started when it died', async () => {
    const first = user.open(['daemon']);
    await isReady(first);
    await user.ok('new-session', '-d', '-s', 'work', 'cat');
    const pane = await show('#{pane_pid}');
    process.kill(first.pid, 'SIGKILL');
    await first.waitForExit();
    const standin = await eventually(() => user.daemonPid() !== first.pid && user.daemonPid());
    assert.ok(wordsOf(standin).includes('--standin'));
    const second = user.open(['daemon']);
    await isReady(second);
    assert.equal(user.daemonPid(), second.pid);
    assert.equal(await show('#{pane_pid}'), pane);

    const third = user.open(['daemon'], { cols: 200 });
    assert.equal((await third.waitForExit()).code, 1);
    assert.match(third.screen(), /another daemon runs on .*zmxd\.sock; end it with: zmx kill-server/);
  });

  it('of a release that cannot is left alone, with what to do', async () => {
    const release = installRelease('0.1.0', user.temp.root);
    const terminal = user.openWith(release('cli/zmx'), ['daemon']);
    await isReady(terminal);
    const { code, err } = await user.run('upgrade-daemon');
    assert.equal(code, 1);
    const pid = user.daemonPid();
    assert.match(
      err,
      new RegExp(`^the daemon is 0\\.1\\.0 .* end process ${pid} with SIGTERM, or restart its service`),
    );
    assert.match((await user.run('ls')).err, /the daemon is 0\.1\.0/);
  });
});
