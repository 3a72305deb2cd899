import { decodeBatch } from '../protocol/file-codec.ts';
import type { PrefetchBatch, PrefetchBudget } from '../protocol/file-types.ts';
import type { Message } from '../protocol/message.ts';
import { type FS_BATCH, FS_PREFETCH, FS_TAKEN } from '../protocol/messages/files.ts';
import type { FilesLink } from './files-link.ts';

/** Credit at the start: the listings of some 3,000 files, for which a portal's start waits, in one round trip. */
const FIRST_WINDOW_BYTES = 256 * 1024;
/** Credit at least: what somebody may have to wait behind; 100 ms of a line of 5 Mbit/s. */
const MIN_WINDOW_BYTES = 64 * 1024;
const MAX_WINDOW_BYTES = 2 * 1024 * 1024;
/** Round trip that is assumed at least: on loopback a window of less than a scheduler's tick starves. */
const MIN_ROUND_TRIP_MS = 5;
/** Credit by what the link brings in a round trip: while that still grows, and when it is known. */
const SEARCHING = 2;
const KNOWN = 1.25;

/**
 * Credit of the prefetch: a little more than what the link brings in its least round
 * trip (both measured, as BBR does), since what is in flight beyond that only stands in a
 * queue, and in the way of answers. It grows from a small start until it does not help
 * any more, and there is none while somebody waits for an answer: content that nobody
 * asked for gives way.
 */
export class PrefetchFlow {
  readonly #link: FilesLink;
  readonly #found = new Map<number, (batch: PrefetchBatch) => void>();
  #last = 0;
  #window = FIRST_WINDOW_BYTES;
  #received = 0;
  #allowed = 0;
  #measuredFrom = 0;
  #measuredBytes = 0;
  /** Of what was asked; infinite before the first answer. */
  #leastRoundTripMs = Number.POSITIVE_INFINITY;
  /** What the link brought in the last round trip, bytes. */
  #product = 0;
  /** Questions without an answer. */
  #waiting = 0;
  /** Content is to wait. */
  #holds = false;
  /** All listings have come. */
  #listed = false;

  constructor(link: FilesLink) {
    this.#link = link;
  }

  /** Runs a prefetch, whose batches `found` gets. */
  async run(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void> {
    const prefetch = ++this.#last;
    this.#found.set(prefetch, found);
    this.#measuredFrom = performance.now();
    try {
      await this.#link.ask(FS_PREFETCH, { ...budget, prefetch, allowed: FIRST_WINDOW_BYTES });
    } finally {
      this.#found.delete(prefetch);
    }
  }

  /** The session begins anew: the remote counts from 0 again, and runs again what has no end yet. */
  restart(): void {
    this.#listed = false;
    this.#received = 0;
    this.#allowed = 0;
    this.#measuredFrom = performance.now();
    this.#measuredBytes = 0;
    this.#leastRoundTripMs = Number.POSITIVE_INFINITY;
    this.#product = 0;
  }

  /** No more credit for content until `releaseContent`: it would take both hosts' processors from what a start waits for. */
  holdContent(): void {
    this.#holds = true;
  }

  releaseContent(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#measuredFrom = performance.now();
    this.#measuredBytes = 0;
    this.#grant();
  }

  /** An answer that somebody waits for: until it is here no more credit is given. */
  async yieldTo<T>(answer: Promise<T>): Promise<T> {
    this.#waiting += 1;
    const asked = performance.now();
    try {
      const value = await answer;
      this.#answeredAfter(performance.now() - asked);
      return value;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#grant();
    }
  }

  batch({ body, payload }: Message<typeof FS_BATCH>): void {
    const [bytes] = payload;
    if (!bytes) return;
    this.#received += bytes.length;
    this.#measure(bytes.length);
    this.#listed ||= body.listed ?? false;
    this.#grant();
    const batch = decodeBatch(bytes);
    this.#listed ||= batch.files.length > 0;
    const { clock, listed = false } = body;
    this.#found.get(body.prefetch)?.({ clock, listed, ...batch });
  }

  #answeredAfter(ms: number): void {
    this.#leastRoundTripMs = Math.min(this.#leastRoundTripMs, Math.max(MIN_ROUND_TRIP_MS, ms));
  }

  #measure(bytes: number): void {
    const elapsed = performance.now() - this.#measuredFrom;
    // Of a prefetch without any question, the first batch is the answer.
    if (this.#leastRoundTripMs === Number.POSITIVE_INFINITY) this.#answeredAfter(elapsed);
    this.#measuredBytes += bytes;
    if (elapsed < this.#leastRoundTripMs) return;
    const product = (this.#measuredBytes * this.#leastRoundTripMs) / elapsed;
    const gain = product > this.#product * KNOWN ? SEARCHING : KNOWN;
    this.#product = product;
    this.#window = Math.min(MAX_WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, gain * product));
    this.#measuredFrom = performance.now();
    this.#measuredBytes = 0;
  }

  #grant(): void {
    if (this.#found.size === 0 || this.#waiting > 0 || (this.#holds && this.#listed)) return;
    const allowed = Math.round(this.#received + this.#window);
    if (allowed - this.#allowed < this.#window / 4) return;
    this.#allowed = allowed;
    this.#link.send(FS_TAKEN, { allowed });
  }
}
