/** A frame may follow the last one after this: an echo to idle output goes out at once, bursts are gathered. */
const GATHER_MS = 2;
/** While much pours in, a frame follows the last one after this: nobody reads more, and each takes time from the keys of other panes. */
const FLOOD_STEP_MS = 33;
/** What a flood ends with is shown sooner: this long after its last output, but not above 60 Hz. */
const FLOOD_PAUSE_MS = 4;
const FLOOD_GATHER_MS = 16;
/** Output since the last frame that counts as a flood. */
const FLOOD_BYTES = 8 * 1024;
/** An update that a program announced (DECSET 2026) is waited for so long, in case it never ends. */
const UPDATE_PATIENCE_MS = 150;

/** Decides when the next frame is due: small output at once, a flood in steady steps. */
export class FrameClock {
  readonly #due: () => void;
  readonly #time: () => number;
  #last = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #updatingSince = 0;

  /** @param due makes and sends frames. @param time in ms, for tests. */
  constructor(due: () => void, time = () => performance.now()) {
    this.#due = due;
    this.#time = time;
  }

  /** Output of `bytes` has been parsed; `updating`: the program is in the middle of an update. */
  changed(bytes: number, updating: boolean): void {
    this.#bytes += bytes;
    const now = this.#time();
    if (updating) {
      this.#updatingSince ||= now;
      const patience = this.#updatingSince + UPDATE_PATIENCE_MS - now;
      if (patience > 0) {
        this.#waitFor(patience);
        return;
      }
    }
    if (!updating) this.#updatingSince = 0;
    const wait = (this.#bytes > FLOOD_BYTES ? this.#floodDue(now) : this.#last + GATHER_MS) - now;
    if (wait <= 0) this.#fire();
    else this.#waitFor(wait);
  }

  /** When the next frame of a flood is due if nothing more comes. */
  #floodDue(now: number): number {
    const pause = Math.max(now + FLOOD_PAUSE_MS, this.#last + FLOOD_GATHER_MS);
    return Math.min(pause, this.#last + FLOOD_STEP_MS);
  }

  /** A viewer can take a frame, or something other than output changed: at once, unless a frame is due anyway. */
  now(): void {
    if (!this.#timer) this.#fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fire(), ms);
  }

  #fire(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#bytes = 0;
    this.#last = this.#time();
    this.#due();
  }
}
