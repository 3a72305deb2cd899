import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { entryPath } from '../../src/base/package-root.ts';
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
    // Nobody is left here who would tidy up: the next portal's daemon does.
    assert.ok(existsSync(portal.project));
    assert.equal((await portal.agent('').ended).code, 0);
    await eventually(() => !existsSync(portal.project) && !existsSync(scratch));
    await portal.nothingLeft();
  } finally {
    await portal.close();
  }
});

it('what portals of several daemons have made here goes with the last of them', {
  skip: whyNoPortal() ?? false,
}, async () => {
  const portal = await PortalHosts.connect();
  try {
    const { laptop } = portal.hosts;
    portal.onDevbox('mkdir -p deep/a deep/b');
    const portalOn = async (daemon: string, folder: string) => {
      const place = `devbox:${portal.project}/deep/${folder}`;
      const agent = [process.execPath, '-e', 'console.log("begun"); setInterval(() => {}, 1000)'];
      const argv = [entryPath('cli/zmx'), '-L', daemon, 'portal', place, '--', ...agent];
      const child = spawn(process.execPath, argv, {
        env: laptop.env,
        cwd: laptop.temp.home,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      assert.equal((await once(child.stdout, 'data')).join(''), 'begun\n');
      return async () => {
        child.kill('SIGTERM');
        await ended;
      };
    };
    const endFirst = await portalOn('default', 'a');
    const endSecond = await portalOn('other', 'b');
    const endThird = await portalOn('default', 'b');
    await endFirst();
    assert.deepEqual(readdirSync(join(portal.project, 'deep')), ['b']);
    await endSecond();
    assert.deepEqual(readdirSync(join(portal.project, 'deep')), ['b']);
    await endThird();
    assert.ok(!existsSync(portal.project));
    await laptop.ok('-L', 'other', 'kill-server');
  } finally {
    await portal.close();
  }
});

function isSleeping(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && /^sleep\0(610|611)\0/.test(readFileSync(path, 'latin1'));
}
