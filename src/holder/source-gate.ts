import type { OutputLog } from './output-log.ts';
import { LIVE_BACKLOG_BYTES, OUTPUT_KEPT_BYTES } from './wire.ts';

/** A paused source goes on when this much of its room is free again, not byte by byte. */
const RESUME_SHARE = 0.75;

/** Stops the source of one stream while too much of it is kept, or waits to be looked at. */
export class SourceGate {
  readonly #log: OutputLog;
  readonly #pause: () => void;
  readonly #resume: () => void;
  #paused = false;

  constructor(log: OutputLog, pause: () => void, resume: () => void) {
    this.#log = log;
    this.#pause = pause;
    this.#resume = resume;
  }

  /** @param untaken bytes that the observer who is least behind has not taken; undefined where nobody's pace counts. */
  update(untaken: number | undefined): void {
    const share = this.#paused ? RESUME_SHARE : 1;
    const full =
      this.#log.keptBytes >= OUTPUT_KEPT_BYTES * share ||
      (untaken !== undefined && untaken >= LIVE_BACKLOG_BYTES * share);
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#pause();
    else this.#resume();
  }
}
