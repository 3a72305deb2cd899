import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { ProxyOptions } from '../support/flaky-proxy.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { seeded } from '../support/seeded.ts';
import type { OperationTimes } from './operations-load.ts';
import { output } from './programs.ts';
import { COMMIT, makeSampleProject } from './sample-project.ts';
import { SshPeer } from './ssh-peer.ts';
import { type Measurement, percentile, printColumns } from './statistics.ts';

/** 40 ± 10 ms round trip, 20 Mbit/s, 0.5 % of packets lost. */
const network = (): ProxyOptions => ({
  delayMs: 20,
  jitterMs: 5,
  bytesPerSecond: 2_500_000,
  lossRate: 0.005,
  random: seeded(4020),
});
const ROUNDS = 3;
const LOAD = [process.execPath, join(packageRoot, 'dist', 'test', 'bench', 'operations-load.js')];

/** Each operation of an agent's load, cold and warm: local, through the portal, and by sshfs with ssh. */
export async function operations(): Promise<Measurement[]> {
  const why = whyNoPortal();
  if (why) throw new Error(`portals cannot be tried here: ${why}`);
  const local: OperationTimes[] = [];
  const portal: OperationTimes[] = [];
  const ssh: OperationTimes[] = [];
  // In turns, so that other work on this machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    local.push(await withProject((project) => output([...LOAD, project])));
    portal.push(JSON.parse(await throughPortal()) as OperationTimes);
    const peer = await SshPeer.start(network());
    if (!peer) continue;
    try {
      ssh.push(
        await withProject(async (project) =>
          output([...LOAD, await peer.mount(project), project, ...peer.command]),
        ),
      );
    } finally {
      peer.close();
    }
  }
  printColumns([
    [
      '40 ± 10 ms, 20 Mbit/s, 0.5 % lost; ms',
      'local',
      'portal p50',
      'p95',
      'ssh p50',
      'p95',
      'p50 ratio',
      'p95 ratio',
    ],
    ...Object.keys(local[0]!).flatMap((name) =>
      (['cold', 'warm'] as const).map((state) => row(name, state, local, portal, ssh)),
    ),
  ]);
  return [];
}

function row(
  name: string,
  state: 'cold' | 'warm',
  local: readonly OperationTimes[],
  portal: readonly OperationTimes[],
  ssh: readonly OperationTimes[],
): string[] {
  const of = (rounds: readonly OperationTimes[], p: number) =>
    percentile(
      rounds.flatMap((times) => times[name]![state]),
      p,
    );
  const cells = [of(local, 50), of(portal, 50), of(portal, 95), of(ssh, 50), of(ssh, 95)];
  const ratios = [of(portal, 50) / of(ssh, 50), of(portal, 95) / of(ssh, 95)];
  return [
    `${name}, ${state}`,
    ...cells.map((value) => (Number.isNaN(value) ? '-' : value.toFixed(value < 10 ? 2 : 1))),
    ...ratios.map((value) => (Number.isNaN(value) ? '-' : value.toFixed(2))),
  ];
}

async function throughPortal(): Promise<string> {
  const hosts = await PortalHosts.connect(network());
  try {
    makeSampleProject(hosts.there(hosts.project));
    await hosts.hosts.laptop.ok('exec', `devbox:${hosts.project}`, '--', 'sh', '-c', COMMIT);
    const { code, out, err } = await hosts.portal([...LOAD, hosts.project]).ended;
    if (code !== 0) throw new Error(`the portal ended with ${code}: ${err}`);
    return out;
  } finally {
    await hosts.close();
  }
}

async function withProject(run: (project: string) => Promise<string>): Promise<OperationTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-operations-'));
  try {
    const project = join(folder, 'project');
    mkdirSync(project);
    makeSampleProject(project);
    await output(['sh', '-c', COMMIT], { cwd: project });
    return JSON.parse(await run(project)) as OperationTimes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
