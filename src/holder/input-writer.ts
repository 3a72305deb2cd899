import { writeSync } from 'node:fs';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';

/** Written in one turn of the event loop at most, so that a program that reads fast does not starve the others. */
const TURN_BYTES = 256 * 1024;

interface Waiting {
  bytes: Uint8Array;
  readonly done: (error?: Error | null) => void;
}

/**
 * Writes to a non-blocking pty master in order and in full, however long its program
 * takes to read. Not a stream: libuv writes to masters with a blocking loop, and
 * node-pty retries in a busy one; this waits until the kernel says that there is room.
 */
export class InputWriter {
  readonly #fd: number;
  readonly #queue: Waiting[] = [];
  #waitingBytes = 0;
  #stopWaiting: (() => void) | undefined;
  #open = true;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** `done` is called once all the bytes are written, or with the reason why they never will be. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    if (!this.#open) {
      done(ended());
      return;
    }
    this.#queue.push({ bytes, done });
    this.#waitingBytes += bytes.length;
    if (this.#queue.length === 1) this.#pump();
  }

  /** What waits is not written any more. Before the descriptor is closed. */
  close(reason: Error = ended()): void {
    this.#open = false;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#waitingBytes = 0;
    for (const { done } of this.#queue.splice(0)) done(reason);
  }

  #pump(): void {
    let turn = 0;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      if (turn >= TURN_BYTES) break;
      const written = this.#tryWrite(first.bytes);
      if (written < 0) break;
      turn += written;
      this.#waitingBytes -= written;
      first.bytes = first.bytes.subarray(written);
      if (first.bytes.length > 0) continue;
      this.#queue.shift();
      first.done();
    }
    if (!this.#open) return;
    if (this.#queue.length > 0) this.#stopWaiting ??= native().onWritable(this.#fd, () => this.#pump());
    else {
      this.#stopWaiting?.();
      this.#stopWaiting = undefined;
    }
  }

  /** Bytes written; -1 when there is no room. */
  #tryWrite(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return -1;
      // EIO: the terminal was hung up by its own user; it takes nothing any more.
      this.close(error as Error);
      return -1;
    }
  }
}

function ended(): ZmxError {
  return new ZmxError('EPIPE', 'the program has ended');
}
