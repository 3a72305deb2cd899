import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** Why the demo cannot run on this machine; undefined: it can. */
function whyNoDemo(): string | undefined {
  try {
    closeSync(openSync('/dev/fuse', 'r+'));
  } catch (error) {
    return (error as Error).message;
  }
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const { status, stderr } = spawnSync('unshare', [...user, '--mount', '--uts', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stderr || 'unshare failed';
}

const skip = whyNoDemo();
let user: ZmxUser;
let temporary: string;

before(() => {
  user = new ZmxUser();
  temporary = join(user.temp.root, 'tmp');
  mkdirSync(temporary);
  user.env.TMPDIR = temporary;
});
after(() => user.close());

/** Processes of the demo, which have its folder in their environment. */
function processes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${temporary}/zmx-demo-`)
      );
    } catch {
      return false;
    }
  });
}

it(
  'zmx demo shows an agent here whose commands run on devbox, and leaves nothing',
  skip ? { skip } : {},
  async () => {
    const terminal = user.open(['demo'], { cols: 160, rows: 40 });
    await terminal.waitForScreen(/the log of the tests, on their host/);
    await terminal.waitForScreen(/\$ hostname[^$]* devbox/);
    terminal.send('\x02d');
    assert.equal((await terminal.waitForExit()).code, 0);
    await eventually(() => processes().length === 0, { what: 'no process of the demo is left' });
    assert.deepEqual(readdirSync(temporary), []);
  },
);
