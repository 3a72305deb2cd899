import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** A link on which the project takes many times the second after which its reading is told. */
const SLOW_LINK = { delayMs: 5, bytesPerSecond: 200_000 };
const FILES = 200;
const FILE_BYTES = 10_000;

it('zmx portal tells of a long read-ahead while the program runs already', {
  skip: whyNoPortal() ?? false,
}, async () => {
  const portal = await PortalHosts.connect(SLOW_LINK);
  try {
    for (let file = 0; file < FILES; file++)
      portal.write(`data/${file}`, randomBytes(FILE_BYTES).toString('latin1'));
    const terminal = portal.hosts.laptop.open(['portal', `devbox:${portal.project}`, '--', 'cat'], {
      cols: 200,
    });
    await terminal.waitForScreen(/zmx portal: reading \S+ ahead: \d+ files, [\d.]+ MiB so far/);
    terminal.send('typed\r');
    await terminal.waitForScreen(/typed\n+typed/);
    terminal.send('\x04');
    await terminal.waitForExit();
  } finally {
    await portal.close();
  }
});
