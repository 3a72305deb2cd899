import { native } from '../../base/native.ts';

/** Cells of 32 bits; the clock follows in 64. */
const VERSION = 0;
const WATCH = 1;
const CLOCK_AT_BYTES = 8;
const SHARED_BYTES = 16;

/**
 * Says to another thread, without a message, that a files session has nothing to tell: all
 * changes that it read of its watch have been told, and the rest of them is still in the
 * watch's queue, where the other thread can see it. So the end of a command that has changed
 * nothing does not wait for the session's thread.
 *
 * A sequence lock: the version is odd while the session rests, and another one each time.
 * Whoever looks at the queue finds the same odd version before and after it, or knows nothing.
 */
export class QuietMark {
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #clock: BigInt64Array;

  /** @param shared of the mark that the other thread has. */
  constructor(shared = new SharedArrayBuffer(SHARED_BYTES)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared, 0, 2);
    this.#clock = new BigInt64Array(shared, CLOCK_AT_BYTES, 1);
  }

  /** The session begins to do something. */
  works(): void {
    if (this.#rests) Atomics.add(this.#cells, VERSION, 1);
  }

  /** It has ended that, and told everything; `watch` is the inotify descriptor with the changes after `clock`. */
  rests(watch: number, clock: number): void {
    this.works();
    Atomics.store(this.#cells, WATCH, watch);
    Atomics.store(this.#clock, 0, BigInt(clock));
    Atomics.add(this.#cells, VERSION, 1);
  }

  /** The change clock that covers everything up to now; undefined: the session must be asked. */
  clock(): number | undefined {
    const version = Atomics.load(this.#cells, VERSION);
    if (!this.#rests || !isEmpty(Atomics.load(this.#cells, WATCH))) return undefined;
    const clock = Number(Atomics.load(this.#clock, 0));
    return Atomics.load(this.#cells, VERSION) === version ? clock : undefined;
  }

  get #rests(): boolean {
    return (Atomics.load(this.#cells, VERSION) & 1) === 1;
  }
}

function isEmpty(watch: number): boolean {
  try {
    return native().queuedBytes(watch) === 0;
  } catch {
    return false; // the session has closed it just now
  }
}
