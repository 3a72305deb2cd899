import type { Disposable } from '../base/disposable.ts';

/** Under a flood, draw this often: more than a display shows only takes time from the panes' programs. */
const FLOOD_INTERVAL_MS = 16;

/**
 * When to draw. Never a queue of drawings: whoever draws takes the newest state.
 *
 * - A small change (somebody's echo) is drawn at the end of this turn of the event
 *   loop, also in the middle of a flood in another pane.
 * - Large ones are drawn at once after a pause, then every `FLOOD_INTERVAL_MS`.
 * - While the terminal has not taken the last drawing, nothing is drawn.
 */
export class DrawScheduler implements Disposable {
  readonly #draw: () => void;
  readonly #isLagging: () => boolean;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waiting = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(draw: () => void, isLagging: () => boolean) {
    this.#draw = draw;
    this.#isLagging = isLagging;
  }

  request(urgency: 'now' | 'flood'): void {
    if (this.#immediate) return;
    const rest = urgency === 'now' ? 0 : this.#lastMs + FLOOD_INTERVAL_MS - performance.now();
    if (rest <= 0) this.#immediate = setImmediate(() => this.#run());
    else this.#timer ??= setTimeout(() => this.#run(), rest);
  }

  /** The terminal has taken what was written. */
  drained(): void {
    if (this.#waiting) this.request('now');
  }

  dispose(): void {
    this.#clear();
  }

  #run(): void {
    this.#clear();
    this.#waiting = this.#isLagging();
    if (this.#waiting) return;
    this.#draw();
    this.#lastMs = performance.now();
  }

  #clear(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }
}
