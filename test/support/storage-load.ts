import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { PortalHosts } from './portal-hosts.ts';

/** In bytes of each file, for fio's --size. */
export interface FioLoad {
  readonly seed: number;
  readonly size: string;
}

/** Jobs of fio(1): positioned calls with fsync, mappings, streams; each byte carries a checksum. */
const JOBS: readonly (readonly string[])[] = [
  ['--name=calls', '--ioengine=psync', '--rw=randwrite', '--bs=8k', '--fsync=32'],
  ['--name=mapped', '--ioengine=mmap', '--rw=randwrite', '--bs=4k'],
  ['--name=stream', '--ioengine=sync', '--rw=write', '--bs=128k', '--end_fsync=1'],
];

/**
 * Writes with checksums in a portal, where they are verified, and once more in
 * the files as the host has them.
 */
export async function verifyByFio(portal: PortalHosts, { seed, size }: FioLoad): Promise<void> {
  const jobs = JOBS.flatMap((job, i) => [
    ...job,
    ...[`--size=${size}`, '--verify=crc32c', '--verify_fatal=1', '--fallocate=none', '--verify_state_save=0'],
    ...[`--randseed=${seed + i}`, '--stonewall'],
  ]);
  const { code, out, err } = await portal.portal(['fio', '--minimal', ...jobs]).ended;
  assert.equal(code, 0, `fio with seed ${seed}: ${out}${err}`);
  const cwd = portal.there(portal.project);
  const again = spawnSync('fio', ['--minimal', ...jobs, '--verify_only=1'], { cwd, encoding: 'utf8' });
  assert.equal(again.status, 0, `fio on the host, with seed ${seed}: ${again.stdout}${again.stderr}`);
}

/** Runs stress-ng(1) in a portal's project; each of its checks has to hold. Returns its lines. */
export async function stress(portal: PortalHosts, options: readonly string[]): Promise<string> {
  const folder = join(portal.project, 'stress');
  portal.onDevbox('mkdir -p stress');
  const argv = ['stress-ng', '--verify', '--sequential', '1', '--temp-path', folder, ...options];
  const { code, out, err } = await portal.portal(argv).ended;
  assert.equal(code, 0, out + err);
  assert.equal(portal.onDevbox('ls -A stress'), '', 'nothing is left');
  return out + err;
}
