import type { Disposable } from '../base/disposable.ts';
import type { DrawnFrames } from './frame-store.ts';

/** Small frames drawn before the daemon is told: half of those that it sends ahead, so that it never waits for this. */
const GATHERED = 2;
/** Longest that a small frame goes untold; nobody waits for it. */
const TELL_MS = 100;

/**
 * Which frames have been drawn, told to the daemon so that it may send more. Large
 * frames are told at once: they come in floods, and keep the daemon waiting. Small
 * ones are somebody's echo, one for each key, and telling costs as much as the key
 * did: they are gathered.
 */
export class TakenFrames implements Disposable {
  readonly #tell: (pane: string, seq: number) => void;
  /** By pane: the newest drawn frame, and how many. */
  readonly #untold = new Map<string, { seq: number; count: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (pane: string, seq: number) => void) {
    this.#tell = tell;
  }

  /** These frames are on the screen. */
  drawn(pane: string, { seq, count, large }: DrawnFrames): void {
    const untold = count + (this.#untold.get(pane)?.count ?? 0);
    if (large || untold >= GATHERED) {
      this.#untold.delete(pane);
      this.#tell(pane, seq);
    } else {
      this.#untold.set(pane, { seq, count: untold });
      this.#timer ??= setTimeout(() => this.#tellAll(), TELL_MS);
    }
  }

  /** Another daemon: it numbers its frames anew. */
  forget(): void {
    this.#untold.clear();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#untold.clear();
  }

  #tellAll(): void {
    this.#timer = undefined;
    for (const [pane, { seq }] of this.#untold) this.#tell(pane, seq);
    this.#untold.clear();
  }
}
