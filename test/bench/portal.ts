import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { echoRoundTrip } from './echo-round-trip.ts';
import { output } from './programs.ts';
import { SshPeer } from './ssh-peer.ts';
import { type Measurement, printColumns } from './statistics.ts';

/** One way; a round trip of 40 ms. */
const DELAY_MS = 20;
const FILES = 25;
const SMALL_CALLS = 2_000;
/** A call that takes a round trip is not repeated for longer, ms. */
const CALLS_MS = 2_000;
const TRUE_CALLS = 30;

/**
 * What an agent does, by node: 25 reads one after another, 3 edits, 3 commands of 1 s, and
 * again with everything seen before; then cached calls and `true`, p50 of each. Prints its times in ms.
 * rested: `true` after pauses of a round trip, such as the host has between the commands of an agent that is so far
 * away: its processor wakes up more slowly and has forgotten the program, which costs a command 0.7 ms.
 */
const AGENT = `
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const [, root, prefix, pauseMs] = process.argv;
const words = prefix ? prefix.split(' ') : [];
const command = (line) => spawnSync(words[0] ?? 'bash', [...words.slice(1), ...(words.length ? [line] : ['-c', line])], { cwd: root, stdio: 'ignore' });
const time = (work) => { const begin = performance.now(); work(); return performance.now() - begin; };
const cycle = () => time(() => {
  for (let at = 0; at < ${FILES}; at++) fs.readFileSync(root + '/file-' + at);
  for (let at = 0; at < 3; at++) {
    fs.writeFileSync(root + '/file-' + at, 'edited ' + at + '\\n');
    command('sleep 1');
  }
});
const first = cycle();
const again = cycle();
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const each = (count, work) => {
  const begin = performance.now();
  const times = [];
  while (times.length < count && performance.now() - begin < ${CALLS_MS}) times.push(time(work));
  return median(times);
};
const stat = each(${SMALL_CALLS}, () => fs.statSync(root + '/file-7'));
const read = each(${SMALL_CALLS}, () => fs.readFileSync(root + '/file-8'));
const trues = (pause) => median(Array.from({ length: ${TRUE_CALLS} }, () => {
  if (pause) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  return time(() => command('true'));
}));
console.log(JSON.stringify({ first, again, stat, read, true: trues(0), rested: pauseMs ? trues(Number(pauseMs)) : 0 }));
`;

interface Times {
  readonly first: number;
  readonly again: number;
  readonly stat: number;
  readonly read: number;
  readonly true: number;
  readonly rested: number;
}

/** The portal beside local work, and beside sshfs with ssh (one kept connection), over the same delay. */
export async function portal(): Promise<Measurement[]> {
  const why = whyNoPortal();
  if (why) throw new Error(`portals cannot be tried here: ${why}`);
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-portal-'));
  const local = join(folder, 'local');
  try {
    makeProject(local);
    const locally = run(['-e', AGENT, local, '', String(2 * DELAY_MS)], {});
    const near = await throughPortal(0);
    const far = await throughPortal(DELAY_MS);
    const ssh = await throughSsh(local);
    const rtt = `${2 * DELAY_MS} ms RTT`;
    const bare = (await echoRoundTrip({ delayMs: DELAY_MS })).toPrecision(4);
    printColumns([
      ['what', 'local', 'portal', 'sshfs + ssh', 'unit', 'goal'],
      row(
        `25 reads, 3 edits, 3 commands, ${rtt}, first`,
        locally.first,
        far.first,
        ssh?.first,
        'ms',
        '1.08 x local',
      ),
      row(`the same again`, locally.again, far.again, ssh?.again, 'ms', '1.08 x local'),
      row('stat, cached, p50', locally.stat * 1000, far.stat * 1000, ssh && ssh.stat * 1000, 'us', '15 us'),
      row(
        'open + read 4 KiB + close, cached, p50',
        locally.read * 1000,
        far.read * 1000,
        ssh && ssh.read * 1000,
        'us',
        '30 us',
      ),
      row('bash -c true, loopback, p50', locally.true, near.true, undefined, 'ms', ''),
      row(
        `bash -c true, ${rtt}, p50 (local: after pauses of that)`,
        locally.rested,
        far.true,
        ssh?.true,
        'ms',
        `local + RTT (${bare} ms by an echo) + 5 ms`,
      ),
    ]);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughPortal(delayMs: number): Promise<Times> {
  const hosts = await PortalHosts.connect(delayMs);
  try {
    for (let at = 0; at < FILES; at++) hosts.write(`file-${at}`, 'x'.repeat(4096));
    const { code, out, err } = await hosts.portal([process.execPath, '-e', AGENT, hosts.project, '']).ended;
    if (code !== 0) throw new Error(`the portal ended with ${code}: ${err}`);
    return JSON.parse(out) as Times;
  } finally {
    await hosts.close();
  }
}

/** undefined where sshd or sshfs are missing. */
async function throughSsh(project: string): Promise<Times | undefined> {
  const peer = await SshPeer.start({ delayMs: DELAY_MS });
  if (!peer) return undefined;
  try {
    const argv = [process.execPath, '-e', AGENT, await peer.mount(project), peer.command.join(' ')];
    return JSON.parse(await output(argv)) as Times;
  } finally {
    peer.close();
  }
}

function run(argv: readonly string[], env: Record<string, string>): Times {
  return JSON.parse(
    execFileSync(process.execPath, argv, { encoding: 'utf8', env: { ...process.env, ...env } }),
  ) as Times;
}

function makeProject(folder: string): void {
  mkdirSync(folder);
  for (let at = 0; at < FILES; at++) writeFileSync(join(folder, `file-${at}`), 'x'.repeat(4096));
}

function row(
  what: string,
  local: number,
  portal: number,
  peer: number | undefined,
  unit: string,
  goal: string,
): string[] {
  const against = (value: number | undefined) =>
    value === undefined ? '-' : `${value.toPrecision(4)} (${(value / local).toPrecision(3)} x)`;
  return [what, local.toPrecision(4), against(portal), against(peer), unit, goal];
}
