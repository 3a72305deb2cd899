import { after, before, describe, it } from 'node:test';
import { connectTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

/** One way; a round trip of 200 ms. */
const DELAY_MS = 100;

describe('type-ahead over a slow network', () => {
  let hosts: TwoHosts;
  before(async () => {
    hosts = await connectTwoHosts(DELAY_MS);
  });
  after(() => hosts.close());

  it('lands in the window that the keys before it make', async () => {
    const terminal = hosts.laptop.open(['attach', 'work@devbox']);
    await terminal.waitForScreen(/\[work\] 0:/);
    terminal.send('\x02cecho in-window-$((0+1))\r');
    await terminal.waitForScreen((screen) => screen.includes('in-window-1') && /1:\S+\*/.test(screen));
    await hosts.devbox.ok('bind-key', 'X', 'if-shell', 'sleep 0.5', 'new-window -n slow');
    terminal.send('\x02Xecho in-window-$((1+1))\r');
    await terminal.waitForScreen((screen) => screen.includes('in-window-2') && /2:slow\*/.test(screen));
    terminal.send('\x02d');
    await terminal.waitForExit();
  });
});
