import type { ProxyOptions } from '../support/flaky-proxy.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { seeded } from '../support/seeded.ts';
import { load, locally, type Run, throughPortal, throughSsh } from './both-sides.ts';
import type { OperationTimes } from './operations-load.ts';
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

/** Each operation of an agent's load, cold and warm: local, through the portal, and by sshfs with ssh. */
export async function operations(): Promise<Measurement[]> {
  const why = whyNoPortal();
  if (why) throw new Error(`portals cannot be tried here: ${why}`);
  const program = load('operations-load');
  const local: OperationTimes[] = [];
  const portal: OperationTimes[] = [];
  const ssh: OperationTimes[] = [];
  // In turns, so that other work on this machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    local.push(timesOf(await locally(program)));
    portal.push(timesOf(await throughPortal(program, network())));
    const peer = await throughSsh(program, network());
    if (peer) ssh.push(timesOf(peer));
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

function timesOf({ out }: Run): OperationTimes {
  return JSON.parse(out) as OperationTimes;
}
