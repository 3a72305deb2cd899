import { readFileSync, rmSync } from 'node:fs';
import { eventually } from './eventually.ts';
import type { ZmxUser } from './zmx-user.ts';

export function isHolder(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('zmx-holder');
  } catch {
    return false; // it has ended
  }
}

/** What the end of a host does to this user's zmx: everything is killed, and what is in memory only is gone. */
export async function reboot(user: ZmxUser): Promise<void> {
  const holders = user.processes().filter(isHolder);
  for (const pid of [...holders, user.daemonPid()]) process.kill(pid, 'SIGKILL');
  const kill = () => {
    for (const pid of user.processes()) process.kill(pid, 'SIGKILL');
    return user.processes().length === 0;
  };
  await eventually(kill, { what: 'every process of this user has ended' });
  rmSync(user.temp.folders.runtime, { recursive: true });
}
