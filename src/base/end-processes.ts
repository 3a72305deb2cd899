import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time that a process gets to tidy up between SIGTERM and SIGKILL, ms: a portal's remote processes end within 2 s. */
const TERM_GRACE_MS = 1000;
/** How soon an end is noticed, ms. */
const POLL_MS = 20;

/** Ends the processes that `belongs` accepts, also those that appear meanwhile; resolves when none is left. */
export async function endProcesses(belongs: (pid: number) => boolean): Promise<void> {
  for (const pid of living(belongs)) {
    send(pid, 'SIGTERM');
    send(pid, 'SIGCONT');
  }
  const deadline = performance.now() + TERM_GRACE_MS;
  for (let left = living(belongs); left.length > 0; left = living(belongs)) {
    if (performance.now() > deadline) for (const pid of left) send(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

/**
 * Ends everything that sees mounts of this source in a mount namespace other than ours, also
 * in namespaces within. Not by the namespace's inode: the kernel gives the number of one that
 * has ended to the next, which is somebody else's.
 */
export async function endMounted(source: string): Promise<void> {
  await endProcesses(seesMounts(source));
}

/** The processes that endMounted would end. */
export function processesThatSee(source: string): number[] {
  return living(seesMounts(source));
}

function seesMounts(source: string): (pid: number) => boolean {
  const ours = mountNamespace('self');
  const mounted = ` ${source} `;
  return (pid) =>
    mountNamespace(pid) !== ours && readFileSync(`/proc/${pid}/mountinfo`, 'latin1').includes(mounted);
}

/** Whether a process was started with this variable; what it has set since is not seen. */
export function hasVariable(pid: number, assignment: string): boolean {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(assignment);
}

/** The mount namespace of a process: `mnt:[4026531841]`. */
function mountNamespace(pid: number | 'self'): string {
  return readlinkSync(`/proc/${pid}/ns/mnt`);
}

function living(belongs: (pid: number) => boolean): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!(pid > 1) || pid === process.pid) return false;
      try {
        return belongs(pid) && !isZombie(pid);
      } catch {
        return false; // it has gone, or is somebody else's
      }
    });
}

/** State after the last parenthesis of /proc/PID/stat: the name before it may hold anything. */
function isZombie(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return /^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has gone
  }
}
