import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** A flood of 20 MB/s would fill this in seconds if anything were queued for a client that does not read. */
const MEMORY_MARGIN_KB = 250 * 1024;

describe('a pane that floods', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  const memoryKb = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${user.daemonPid()}/status`, 'utf8'))?.[1]);

  it('leaves the other panes live, and Ctrl-C ends it', async () => {
    const terminal = user.open(['attach', 'work'], { cols: 80, rows: 30 });
    await terminal.waitForScreen(/\[work\] 0:/);
    terminal.send('\x02"');
    await terminal.waitForScreen(/─/);
    await user.ok('send-keys', '-t', 'work:0.0', 'yes', 'Enter');
    await terminal.waitForScreen(/^y *$/m);
    terminal.send('echo live-$((6*7))\r');
    await terminal.waitForScreen(/live-42/);
    terminal.send('\x02;\x03');
    terminal.send('echo ended-$((7*7))\r');
    await terminal.waitForScreen(/ended-49/);
    terminal.send('\x02d');
    await terminal.waitForExit();
  });

  it('costs bounded memory when a client stops reading, and delays nobody', async () => {
    const stopped = user.open(['attach', 'work']);
    await stopped.waitForScreen(/\[work\] 0:/);
    await user.ok('new-window', '-t', 'work:', '-n', 'flood', 'exec yes');
    await stopped.waitForScreen(/^y *$/m);
    process.kill(stopped.pid, 'SIGSTOP');
    try {
      const before = memoryKb();
      const other = user.open(['attach', 'work'], { cols: 90, rows: 30 });
      await other.waitForScreen(/^y *$/m);
      for (let round = 0; round < 5; round++) {
        await user.ok('select-window', '-t', 'work:0');
        other.send(`echo round-$((${round}+100))\r`);
        await other.waitForScreen(new RegExp(`round-${round + 100}`));
        await user.ok('select-window', '-t', 'work:flood');
        await other.waitForScreen(/^y *$/m);
      }
      assert.ok(memoryKb() - before < MEMORY_MARGIN_KB, `${memoryKb() - before} KB more`);
    } finally {
      process.kill(stopped.pid, 'SIGCONT');
    }
    await user.ok('kill-window', '-t', 'work:flood');
    await eventually(() => !stopped.screen().includes('flood'), {
      what: 'the client that had stopped catches up',
    });
  });
});
