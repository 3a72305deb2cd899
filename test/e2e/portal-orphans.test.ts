import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { removeMountPoints } from '../../src/base/mount-points.ts';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { tryKill } from '../support/two-hosts.ts';

const AGENT = `
  const script = 'setsid sleep 610 & echo begun; trap "" TERM HUP; sleep 611';
  spawn('bash', ['-c', script], { stdio: ['ignore', 'inherit', 'ignore'] });`;

it('a portal whose machine is gone is ended after portal-orphan-timeout, also by a daemon that never heard of it', {
  skip: whyNoPortal() ?? false,
}, async () => {
  const portal = await PortalHosts.connect();
  try {
    const { laptop, devbox } = portal.hosts;
    await laptop.ok('exec', 'devbox', '--', 'true'); // the laptop's daemon runs
    await laptop.ok('set-option', '-s', 'portal-orphan-timeout', '1');
    const { seen } = portal.agent(AGENT);
    await eventually(() => seen.out === 'begun\n');
    const temporary = readdirSync(portal.there('/srv/tmp'));
    const scratch = join('/srv/tmp', temporary.find((name) => name.startsWith('zmx-portal-')) ?? '');
    // Stopped first: the daemon here, which is the portal's guardian, must not hear of its end.
    const here = laptop.processes();
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of here) tryKill(pid, signal);
    process.kill(devbox.daemonPid(), 'SIGKILL');
    await eventually(() => !devbox.processes().some(isSleeping));
    await eventually(() => !existsSync(portal.there(scratch)));
    // Nobody is left here who would do that.
    await eventually(() => laptop.processes().length === 0);
    removeMountPoints([portal.project, scratch, '/srv/tmp']);
    assert.ok(!existsSync(portal.project));
  } finally {
    await portal.close();
  }
});

function isSleeping(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && /^sleep\0(610|611)\0/.test(readFileSync(path, 'latin1'));
}
