import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { ExecPoint } from '../../src/daemon/exec/commands.ts';
import { eventually } from './eventually.ts';
import { PortalHosts } from './portal-hosts.ts';

/** `sent`: between journal and the holder's answer. */
export type DeathPoint = ExecPoint | 'sent';

export const DEATH_POINTS: readonly DeathPoint[] = [
  'received',
  'journalled',
  'sent',
  'spawned',
  'started',
  'ended',
  'told',
  'recorded',
  'done',
  'forgotten',
];

/** Command line of a daemon that ends itself at such steps. */
const DAEMON = [join(packageRoot, 'dist', 'test', 'support', 'planned-death.js'), '-L', 'default'];

/** What the agent tells of each of its rounds. */
interface Round {
  readonly round: number;
  readonly status: number;
  readonly err: string;
  /** What the command has read of what was written here, and what was read here of what it wrote. */
  readonly there: boolean;
  readonly here: boolean;
}

/** Writes a file, has a command note its number, read the file and answer in another, and reads the answer. */
const AGENT = `
  for (let round = 1; !fs.existsSync('stop'); round++) {
    const text = 'round ' + round + '\\n' + 'x'.repeat((round * 997) % 9000);
    fs.writeFileSync('text-' + (round % 5), text);
    const { status, out, err } = sh('echo ' + round + ' >> ids; cat text-' + (round % 5) + '; echo ' + round + ' > answer');
    tell({ round, status, err, there: out === text, here: fs.readFileSync('answer', 'utf8') === round + '\\n' });
  }`;

/**
 * An agent in a portal while the daemon on the host is killed exactly at each of these
 * steps of a command, one after another. Each command has then run once, and every
 * write is intact on both sides.
 * @param withHolder the host loses everything that ran on it, each time: a command has run at most once, and 255 and a line say where that is unknown.
 */
export async function surviveDeaths(points: readonly DeathPoint[], withHolder: boolean): Promise<void> {
  const portal = await PortalHosts.connect(1, { daemon: DAEMON, env: { KILL_PLAN: '/srv/tmp/kill-plan' } });
  try {
    const { seen, ended } = portal.agent(AGENT);
    for (const point of points) {
      const seenBefore = seen.out.length;
      await eventually(() => seen.out.length > seenBefore, { what: `a command's end before ${point}` });
      const plan = portal.there('/srv/tmp/kill-plan');
      writeFileSync(plan, withHolder ? `${point} and holder` : point);
      await eventually(() => !existsSync(plan), { what: `death at ${point}` });
      if (withHolder) portal.hosts.reboot();
    }
    portal.write('stop', '');
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    const rounds = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Round);
    assertRounds(rounds, portal.read('ids').trim().split('\n').map(Number), withHolder);
    await portal.nothingLeft();
  } finally {
    await portal.close();
  }
}

/**
 * A command runs, its daemon and holder die before the client hears of it, and after the boot its record is gone:
 * nothing there shows that it has run.
 */
export async function survivePowerCut(): Promise<void> {
  const portal = await PortalHosts.connect(1, { daemon: DAEMON, env: { KILL_PLAN: '/srv/tmp/kill-plan' } });
  try {
    const { seen, ended } = portal.agent(`
      sh('true');
      tell('ready');
      const waiting = setInterval(() => {
        if (!fs.existsSync(process.env.HOME + '/go')) return;
        clearInterval(waiting);
        const { status, err } = sh('echo ran >> ids');
        tell({ status, err });
      }, 20);`);
    const { laptop, devbox } = portal.hosts;
    await eventually(() => seen.out === '"ready"\n');
    const journal = join(devbox.temp.folders.state, 'default', 'exec.journal');
    const before = readFileSync(journal);
    const plan = portal.there('/srv/tmp/kill-plan');
    writeFileSync(plan, 'spawned and holder');
    writeFileSync(join(laptop.temp.home, 'go'), '');
    await eventually(() => !existsSync(plan) && existsSync(portal.there(`${portal.project}/ids`)));
    assert.ok(readFileSync(journal).length > before.length);
    writeFileSync(journal, before);
    portal.onDevbox(
      'cat /proc/sys/kernel/random/uuid > /srv/tmp/boot; mount --bind /srv/tmp/boot /proc/sys/kernel/random/boot_id',
    );
    portal.hosts.reboot();
    const { out } = await ended;
    const told = { status: 255, err: 'zmx portal: outcome unknown: the host restarted\n' };
    assert.deepEqual(JSON.parse(out.trim().split('\n')[1] ?? ''), told);
    assert.equal(portal.read('ids'), 'ran\n');
  } finally {
    await portal.close();
  }
}

function assertRounds(rounds: readonly Round[], ids: readonly number[], withHolder: boolean): void {
  assert.equal(new Set(ids).size, ids.length, 'no command has run twice');
  for (const { round, status, err, there, here } of rounds) {
    const told = JSON.stringify({ round, status, err, there, here });
    if (withHolder && status === 255) assert.equal(err, 'zmx portal: outcome unknown: the host restarted\n');
    else {
      assert.equal(status, 0, told);
      assert.ok(ids.includes(round), `has run: ${told}`);
      assert.ok(there && here, told);
    }
  }
  if (!withHolder)
    assert.deepEqual(
      ids,
      rounds.map(({ round }) => round),
    );
}
