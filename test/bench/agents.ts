import { whyNoPortal } from '../support/isolated-host.ts';
import { load, locally, throughPortal, throughSsh } from './both-sides.ts';
import { type Measurement, median, printColumns } from './statistics.ts';

const ROUND_TRIPS_MS = [20, 40];
const ROUNDS = 3;

/** Wall time of an agent's load on 3,000 files: local, with a portal around it, and on a mount of sshfs. */
export async function agents(): Promise<Measurement[]> {
  const why = whyNoPortal();
  if (why) throw new Error(`portals cannot be tried here: ${why}`);
  const program = load('agent-load');
  const rows = [["agent's load, 3,000 files", 'local', 'portal', 'sshfs + ssh', 'unit', 'goal']];
  for (const roundTripMs of ROUND_TRIPS_MS) {
    const network = { delayMs: roundTripMs / 2 };
    const local: number[] = [];
    const portal: number[] = [];
    const ssh: number[] = [];
    // In turns, so that other work on this machine meets all of them.
    for (let round = 0; round < ROUNDS; round++) {
      local.push((await locally(program)).wall);
      portal.push((await throughPortal(program, network)).wall);
      const peer = await throughSsh(program, network);
      if (peer) ssh.push(peer.wall);
    }
    const base = median(local);
    const against = (times: readonly number[]) =>
      times.length === 0 ? '-' : `${median(times).toFixed(0)} (${(median(times) / base).toFixed(2)} x)`;
    rows.push([`${roundTripMs} ms RTT`, base.toFixed(0), against(portal), against(ssh), 'ms', '1.3 x local']);
  }
  printColumns(rows);
  return [];
}
