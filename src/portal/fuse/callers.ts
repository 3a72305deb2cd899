import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where each way to open a file has its flags among the system call's arguments; creat(2) and openat2(2) have none there. */
const OPENS: Readonly<Record<string, ReadonlyMap<number, number | undefined>>> = {
  x64: new Map([
    [2, 1],
    [85, undefined],
    [257, 2],
    [437, undefined],
  ]),
  arm64: new Map([
    [56, 2],
    [437, undefined],
  ]),
};
/** O_PATH of open(2): such a descriptor is a place, not an opened file. */
const O_PATH = 0o10000000;
/** A caller that has sent its request and not yet gone to sleep is looked at again so often, 1 ms apart. */
const ATTEMPTS = 100;

/**
 * Whether a thread that waits for a look-up is about to open what it looks up. The kernel asks in the same words for
 * stat(2) and for open(2), and a FIFO it then opens by itself, without a word to the file system; so
 * this asks the kernel which call the thread is in (proc(5), /proc/PID/syscall). Where it does
 * not tell, as for a program of another user, the answer is no.
 */
export async function isOpening(thread: number): Promise<boolean> {
  const opens = OPENS[process.arch];
  if (thread === 0 || !opens) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const call = await readFile(`/proc/${thread}/syscall`, 'latin1').catch(() => '');
    if (!call.startsWith('running')) {
      const [number = -1, ...args] = call.split(' ').map(Number);
      if (!opens.has(number)) return false;
      const flagsAt = opens.get(number);
      return flagsAt === undefined || ((args[flagsAt] ?? 0) & O_PATH) === 0;
    }
    await sleep(1);
  }
  return false;
}
