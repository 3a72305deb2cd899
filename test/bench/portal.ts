import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { FlakyProxy } from '../support/flaky-proxy.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { freePort } from '../support/two-hosts.ts';
import type { Measurement } from './statistics.ts';

/** One way; a round trip of 40 ms. */
const DELAY_MS = 20;
const FILES = 25;
const SMALL_CALLS = 2_000;
/** A call that takes a round trip is not repeated for longer, ms. */
const CALLS_MS = 2_000;
const TRUE_CALLS = 30;

/**
 * What an agent does, by node: 25 reads one after another, 3 edits, 3 commands of 1 s, and
 * again with everything seen before; then cached calls and `true`. Prints its times in ms.
 */
const AGENT = `
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const [, root, prefix] = process.argv;
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
const each = (count, work) => {
  const begin = performance.now();
  let done = 0;
  while (done < count && performance.now() - begin < ${CALLS_MS}) work(done++);
  return (performance.now() - begin) / done;
};
const stat = each(${SMALL_CALLS}, () => fs.statSync(root + '/file-7'));
const read = each(${SMALL_CALLS}, () => fs.readFileSync(root + '/file-8'));
const trues = Array.from({ length: ${TRUE_CALLS} }, () => time(() => command('true'))).sort((a, b) => a - b);
console.log(JSON.stringify({ first, again, stat, read, true: trues[trues.length >> 1] }));
`;

interface Times {
  readonly first: number;
  readonly again: number;
  readonly stat: number;
  readonly read: number;
  readonly true: number;
}

/** The portal beside local work, and beside sshfs with ssh (one kept connection), over the same delay. */
export async function portal(): Promise<Measurement[]> {
  const why = whyNoPortal();
  if (why) throw new Error(`portals cannot be tried here: ${why}`);
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-portal-'));
  const local = join(folder, 'local');
  try {
    makeProject(local);
    const locally = run(['-e', AGENT, local, ''], {});
    const near = await throughPortal(0);
    const far = await throughPortal(DELAY_MS);
    const ssh = await throughSsh(folder, local);
    const rtt = `${2 * DELAY_MS} ms RTT`;
    print([
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
      row('stat, cached', locally.stat * 1000, far.stat * 1000, ssh && ssh.stat * 1000, 'us', '15 us'),
      row(
        'open + read 4 KiB + close, cached',
        locally.read * 1000,
        far.read * 1000,
        ssh && ssh.read * 1000,
        'us',
        '30 us',
      ),
      row('bash -c true, loopback, p50', locally.true, near.true, undefined, 'ms', ''),
      row(`bash -c true, ${rtt}, p50`, locally.true, far.true, ssh?.true, 'ms', 'RTT + 5 ms'),
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
async function throughSsh(folder: string, project: string): Promise<Times | undefined> {
  const sshd = '/usr/sbin/sshd';
  if (spawnSync(sshd, ['-V']).error || spawnSync('sshfs', ['--version']).error) return undefined;
  const key = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${key}`,
    `AuthorizedKeysFile ${key}.pub`,
  ];
  config.push(
    'StrictModes no',
    'UsePAM no',
    `PidFile ${folder}/pid`,
    'Subsystem sftp internal-sftp',
    'PermitRootLogin yes',
  );
  writeFileSync(join(folder, 'sshd'), `${config.join('\n')}\n`);
  mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(sshd, ['-D', '-f', join(folder, 'sshd')], { stdio: 'ignore' });
  const proxy = await FlakyProxy.start(port, { delayMs: DELAY_MS });
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  const options = ['-p', String(proxy.port)];
  for (const option of [`IdentityFile=${key}`, 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'])
    options.push('-o', option);
  const login = `${userInfo().username}@127.0.0.1`;
  const control = ['-S', join(folder, 'control')];
  try {
    await eventually(() =>
      runs('ssh', [...options, '-q', ...control, '-o', 'ControlMaster=yes', '-fN', login]),
    );
    await runs('sshfs', [...options, `${login}:${project}`, mount]);
    return await runAside(['-e', AGENT, mount, ['ssh', ...options, '-q', ...control, login].join(' ')]);
  } finally {
    spawnSync('fusermount3', ['-u', '-z', mount]);
    spawnSync('ssh', [...control, '-O', 'exit', login], { stdio: 'ignore' });
    server.kill();
    proxy.dispose();
  }
}

/** Whether a program succeeds, while this process goes on. */
function runs(file: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    spawn(file, args, { stdio: 'ignore' }).on('close', (code) => resolve(code === 0));
  });
}

/** As `run`, while this process goes on: it is the network. */
function runAside(argv: readonly string[]): Promise<Times> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out) as Times) : reject(new Error(`status ${code}`)),
    );
  });
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

function print(rows: readonly string[][]): void {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((cells) => cells[at]!.length)));
  for (const cells of rows)
    console.log(
      cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    );
}
