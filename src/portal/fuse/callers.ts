import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** open(2). Such a descriptor is a place, not an opened file. */
const O_PATH = 0o10000000;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
/** Of creat(2): O_CREAT, O_WRONLY and O_TRUNC. */
const CREAT_FLAGS = 0o1101;

/** Of a task's flags, <linux/sched.h>: it is in exit(2), or was killed. */
const PF_EXITING = 0x4;

/** Where each way to open a file has its flags: in an argument of the system call, or where one points to. */
type FlagsAt = { readonly argument: number } | { readonly pointer: number } | { readonly flags: number };
const OPENS: Readonly<Record<string, ReadonlyMap<number, FlagsAt>>> = {
  x64: new Map<number, FlagsAt>([
    [2, { argument: 1 }],
    [85, { flags: CREAT_FLAGS }],
    [257, { argument: 2 }],
    [437, { pointer: 2 }],
  ]),
  arm64: new Map<number, FlagsAt>([
    [56, { argument: 2 }],
    [437, { pointer: 2 }],
  ]),
};
/** A caller that has sent its request and not yet gone to sleep is looked at again so often, 1 ms apart. */
const ATTEMPTS = 100;

/**
 * Whether a thread that waits for a look-up is about to open what it looks up. The kernel asks in the same words for
 * stat(2) and for open(2), and a FIFO it then opens by itself, without a word to the file system; so
 * this asks the kernel which call the thread is in (proc(5), /proc/PID/syscall). Where it does
 * not tell, as for a program of another user, the answer is no.
 */
export async function isOpening(thread: number): Promise<boolean> {
  const flags = await openFlags(thread);
  return flags !== undefined && (flags & O_PATH) === 0;
}

/** Whether a thread that waits to hear where a link leads is about to make a file there, in the same way. */
export async function isCreating(thread: number): Promise<boolean> {
  const flags = await openFlags(thread);
  return flags !== undefined && (flags & (O_CREAT | O_EXCL)) === O_CREAT;
}

/** Whether a thread closes its files because it ends, so that it hears of no failure: see proc(5), /proc/PID/stat. */
export async function isEnding(thread: number): Promise<boolean> {
  if (thread === 0) return false;
  const stat = await readFile(`/proc/${thread}/stat`, 'latin1').catch(() => '');
  const [, , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(flags) & PF_EXITING) !== 0;
}

/** With which flags a thread opens a file; undefined: it does something else, or nobody tells. */
async function openFlags(thread: number): Promise<number | undefined> {
  const opens = OPENS[process.arch];
  if (thread === 0 || !opens) return undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const call = await readFile(`/proc/${thread}/syscall`, 'latin1').catch(() => '');
    if (!call.startsWith('running')) {
      const [number = -1, ...args] = call.split(' ').map(Number);
      const at = opens.get(number);
      if (!at) return undefined;
      if ('flags' in at) return at.flags;
      return 'argument' in at ? args[at.argument] : await wordAt(thread, args[at.pointer] ?? 0);
    }
    await sleep(1);
  }
  return undefined;
}

/** The first flags of a struct open_how in another program's memory (openat2(2)); 0 where it may not be read. */
async function wordAt(thread: number, address: number): Promise<number> {
  try {
    const memory = await open(`/proc/${thread}/mem`);
    try {
      const { buffer, bytesRead } = await memory.read(Buffer.alloc(4), 0, 4, address);
      return bytesRead === 4 ? buffer.readUInt32LE(0) : 0;
    } finally {
      await memory.close();
    }
  } catch {
    return 0;
  }
}
