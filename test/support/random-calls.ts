import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { listTree } from '../portal/fuse/list-tree.ts';
import { eventually } from './eventually.ts';
import type { PortalHosts } from './portal-hosts.ts';
import { strike } from './portal-scenario.ts';
import { seeded } from './seeded.ts';

const FSX = ['-u', '-B', join(packageRoot, 'test', 'posix', 'fsx.py')];

/** Pause between two faults at most, ms: a daemon that dies at once again and again is not started for 4 s. */
const FAULT_PAUSE_MS = 3000;

export interface RandomCalls {
  readonly seed: number;
  readonly count: number;
  /** So often at most the connection is cut or stalled, or the daemon on the host killed. */
  readonly faults: number;
}

/**
 * Random calls on a portal's files and on a local folder: each must see the same,
 * and the host's tree must be the local one in the end. Returns the number of faults.
 */
export async function compareRandomCalls(
  portal: PortalHosts,
  { seed, count, faults }: RandomCalls,
): Promise<number> {
  const local = mkdtempSync(join(tmpdir(), 'zmx-fsx-'));
  try {
    const words = [String(seed), String(count)];
    const expected = execFileSync('python3', [...FSX, local, ...words], { encoding: 'utf8' }).split('\n');
    const folder = join(portal.project, `fsx-${seed}`);
    portal.onDevbox(`mkdir fsx-${seed}`);
    const { ended, seen: soFar } = portal.portal(['python3', ...FSX, folder, ...words]);
    let running = true;
    const finished = ended.finally(() => {
      running = false;
    });
    await eventually(() => !running || soFar.out !== '', { what: 'the calls have begun' });
    const random = seeded(seed);
    let struck = 0;
    for (; struck < faults && running; struck++) await strike(portal, random, FAULT_PAUSE_MS);
    const { code, out, err } = await finished;
    assert.equal(code, 0, err);
    const seen = out.split('\n');
    const differs = expected.findIndex((line, i) => line !== seen[i]);
    assert.equal(seen[differs], expected[differs], `seed ${seed}`);
    // The daemon, through whose process the host's files are seen, may be between two lives.
    const there = await eventually(() => existsSync(portal.there(folder)) && portal.there(folder));
    assert.deepEqual(listTree(there), listTree(local), `seed ${seed}`);
    return struck;
  } finally {
    rmSync(local, { recursive: true, force: true });
  }
}
