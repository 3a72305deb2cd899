import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { surviveNetwork } from '../support/network-scenario.ts';
import { connectTwoHosts } from '../support/two-hosts.ts';

const KILLS = 3;

describe('a session on another host', () => {
  it('takes each line once and in order through cuts and stalls', async () => {
    await surviveNetwork({ seed: 7, faults: 6, maxStallMs: 4_000, delayMs: 20 });
  });

  it('comes back when its daemon is killed and has only clients over TCP', async () => {
    const hosts = await connectTwoHosts(2);
    try {
      const { laptop, devbox } = hosts;
      const typed = join(devbox.temp.home, 'typed');
      const terminal = laptop.open(['attach', 'work@devbox']);
      await terminal.waitForScreen(/\[work\] 0:/);
      terminal.send(`cat > ${typed}\r`);
      await terminal.waitForScreen(/cat >/);
      let expected = '';
      for (let kill = 1; kill <= KILLS; kill++) {
        const daemon = devbox.daemonPid();
        terminal.send(`before-${kill}\r`);
        process.kill(daemon, 'SIGKILL');
        terminal.send(`after-${kill}\r`);
        await terminal.waitForScreen(new RegExp(`^after-${kill} *$`, 'm'));
        assert.notEqual(devbox.daemonPid(), daemon, 'another daemon listens');
        expected += `before-${kill}\nafter-${kill}\n`;
      }
      terminal.send('\x04');
      await eventually(() => readFileSync(typed, 'utf8').length >= expected.length);
      assert.equal(readFileSync(typed, 'utf8'), expected);
    } finally {
      await hosts.close();
    }
  });
});
