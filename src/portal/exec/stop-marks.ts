import { Buffer } from 'node:buffer';

/** A name that no output can know. */
const NAME = /^[\w-]{16,64}$/;

/** A piece of a command's output, or that its job has stopped there. */
export type Piece = Uint8Array | 'stopped';

/** Finds in a terminal's output where src/native/job-leader.c says that the job has stopped. */
export class StopMarks {
  readonly #mark: Buffer;
  /** The end of what has come so far, as far as it may be the beginning of a mark. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(name: string) {
    if (!NAME.test(name)) throw new RangeError('a name that could be guessed');
    this.#mark = Buffer.from(`\x1b_zmx-stopped ${name}\x1b\\`);
  }

  *split(bytes: Uint8Array): Generator<Piece> {
    let left = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    for (let at = left.indexOf(this.#mark); at >= 0; at = left.indexOf(this.#mark)) {
      if (at > 0) yield left.subarray(0, at);
      yield 'stopped';
      left = left.subarray(at + this.#mark.length);
    }
    const kept = this.#beginning(left);
    if (left.length > kept) yield left.subarray(0, left.length - kept);
    this.#rest = left.subarray(left.length - kept);
  }

  /** At the output's end: what was no mark. */
  end(): Uint8Array {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  /** How many bytes at the end of `bytes` are the beginning of a mark: the most that can be. */
  #beginning(bytes: Buffer): number {
    const first = this.#mark[0]!;
    const from = Math.max(0, bytes.length - this.#mark.length + 1);
    for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1))
      if (bytes.compare(this.#mark, 0, bytes.length - at, at) === 0) return bytes.length - at;
    return 0;
  }
}
