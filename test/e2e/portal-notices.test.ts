import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** A link on which the project takes many times the second after which its reading is told. */
const SLOW_LINK = { delayMs: 5, bytesPerSecond: 200_000 };
const FILES = 200;
const FILE_BYTES = 10_000;

/** Draws a screen, has a link made on the host and looks where it leads, and ends at a key. */
const SCREEN = `
  process.stdin.setRawMode(true);
  process.stdout.write('\\x1b[?1049h\\x1b[2J\\x1b[Hthe screen');
  require('node:child_process').spawnSync('bash', ['-c', 'ln -s /nowhere/at/all out'], { stdio: 'ignore' });
  require('node:fs').readlinkSync('out');
  process.stdin.on('data', () => {
    process.stdout.write('\\x1b[?1049l');
    process.exit();
  });`;

describe('what a portal tells its user', { skip: whyNoPortal() ?? false }, () => {
  it('that reading ahead takes long, while the program runs already', async () => {
    const portal = await PortalHosts.connect(SLOW_LINK);
    try {
      for (let file = 0; file < FILES; file++)
        portal.write(`data/${file}`, randomBytes(FILE_BYTES).toString('latin1'));
      const command = ['portal', `devbox:${portal.project}`, '--', 'cat'];
      const terminal = portal.hosts.laptop.open(command, { cols: 200 });
      await terminal.waitForScreen(/zmx portal: reading \S+ ahead: \d+ files, [\d.]+ MiB so far/);
      terminal.send('typed\r');
      await terminal.waitForScreen(/typed\n+typed/);
      terminal.send('\x04');
      await terminal.waitForExit();
    } finally {
      await portal.close();
    }
  });

  it('nothing while the program draws a screen, and afterwards what there was', async () => {
    const portal = await PortalHosts.connect();
    try {
      const { laptop } = portal.hosts;
      const command = ['portal', `devbox:${portal.project}`, '--', process.execPath, '-e', SCREEN];
      const terminal = laptop.open(command, { cols: 200 });
      await terminal.waitForScreen(/the screen/);
      const log = join(laptop.temp.folders.state, 'default', 'portal.log');
      await eventually(() => readFileSync(log, 'utf8').includes('leads out of the project'));
      assert.equal(terminal.screen().trim(), 'the screen');
      terminal.send('q');
      await terminal.waitForExit();
      assert.match(terminal.screen(), /zmx portal: out -> \/nowhere\/at\/all: leads out of the project/);
    } finally {
      await portal.close();
    }
  });
});
