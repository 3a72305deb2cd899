import {
  PATIENCE_LIMIT_MS,
  PING_BUSY_MS,
  PING_IDLE_MS,
  PING_PATIENCE_MS,
  STALE_AFTER_MS,
} from '../transport/limits.ts';

/** PING carries our clock in microseconds, as an integer: round trips on one machine take less than 1 ms. */
const TICKS_PER_MS = 1000;

/** A round trip may grow by this much and more at once: a link that becomes busy. */
const SAMPLE_SLACK_MS = 50;

/** What is to be done about a connection, at a tick. */
export type Advice =
  /** Nothing: something was heard, or is expected. */
  | 'wait'
  | 'ping'
  /** The ping is late: dial a fresh connection beside it. */
  | 'doubt';

/**
 * Whether a connection lives, from what was heard of it and when. No timers of its
 * own and no clock: times are given in ms of the monotonic clock.
 */
export class Pulse {
  /** Smoothed, in ms; 0 before the first answer. */
  roundTripMs = 0;
  /** Silent for so long that the user should see it. */
  stale = false;
  #heardAt = 0;
  /** When the oldest unanswered ping was sent. */
  #pingAt: number | undefined;

  /** A connection begins. */
  begin(now: number): void {
    this.#heardAt = now;
    this.#pingAt = undefined;
    this.stale = false;
  }

  /** A ping goes out; returns what it carries. */
  pinged(now: number): number {
    this.#pingAt = now;
    return Math.round(now * TICKS_PER_MS);
  }

  /**
   * Any message came. It will do for an answer, unless `doubting`: after an outage TCP
   * wakes up in one direction long before the other, and then only PONG will do.
   */
  heard(now: number, doubting: boolean): void {
    this.#heardAt = now;
    this.stale = false;
    if (!doubting) this.#pingAt = undefined;
  }

  /** PONG came back with what its PING carried; says whether it answers the oldest open one, or a later one. */
  ponged(at: number, now: number): boolean {
    this.#measure(now - at / TICKS_PER_MS);
    if (this.#pingAt === undefined || at < Math.round(this.#pingAt * TICKS_PER_MS)) return false;
    this.#pingAt = undefined;
    return true;
  }

  /** A ping that waited out an outage says nothing of the way: a sample counts for twice the average at most. */
  #measure(tookMs: number): void {
    const average = this.roundTripMs;
    if (average === 0) this.roundTripMs = tookMs;
    else this.roundTripMs += (Math.min(tookMs, 2 * average + SAMPLE_SLACK_MS) - average) / 4;
  }

  /** At each tick; `busy`: something is waited for. */
  look(now: number, busy: boolean): Advice {
    const unheardMs = now - this.#heardAt;
    if (this.#pingAt === undefined)
      return unheardMs >= (busy ? PING_BUSY_MS : PING_IDLE_MS) ? 'ping' : 'wait';
    const silentMs = Math.min(now - this.#pingAt, unheardMs);
    const patienceMs = Math.min(3 * this.roundTripMs, PATIENCE_LIMIT_MS);
    if (silentMs >= Math.max(STALE_AFTER_MS, patienceMs)) this.stale = true;
    return silentMs >= Math.max(PING_PATIENCE_MS, patienceMs) ? 'doubt' : 'wait';
  }
}
