import { readSync } from 'node:fs';

/** What a pty or pipe can hold at most: a pty 64 KiB in its flip buffers and 4 KiB in the line discipline, a pipe 1 MiB (F_SETPIPE_SZ's limit for users). */
const KERNEL_HOLDS_BYTES = 1024 * 1024 + 128 * 1024;

/**
 * Reads what is left in a non-blocking descriptor after its child's exit.
 *
 * Complete without waiting for the end of file, which background processes can
 * delay for ever: a read that says EAGAIN has first moved everything written so far
 * to the reader (n_tty_read flushes the flip buffers before it gives up), and the
 * child wrote before it ended. If others go on writing, all that the child wrote
 * has come once more than the kernel can hold was read.
 *
 * libuv's own reading cannot be trusted with this: at a hang-up it takes a read
 * that was not full, which on a pty is every read, for the last one.
 *
 * @returns whether the end of file was met.
 */
export function drain(fd: number, into: Uint8Array, output: (bytes: Uint8Array) => void): boolean {
  for (let total = 0; total <= KERNEL_HOLDS_BYTES; ) {
    const length = tryRead(fd, into);
    if (length === undefined) return false;
    if (length === 0) return true;
    output(into.subarray(0, length));
    total += length;
  }
  return false;
}

/** Length of what a non-blocking descriptor gave, 0 at its end; undefined: it has nothing now (EAGAIN), or is a terminal that has ended (EIO). */
export function tryRead(fd: number, into: Uint8Array): number | undefined {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch {
    return undefined;
  }
}
