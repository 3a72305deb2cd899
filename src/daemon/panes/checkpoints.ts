/** Output that no checkpoint covers: the holder keeps twice as much, and this is parsed again in 0.2 s. */
const UNCOVERED_BYTES = 4 * 1024 * 1024;
/** A pane that changed a little is saved this much later; a write costs some ms. */
const DELAY_MS = 10_000;

/** What a checkpoint is made of and what follows from it. */
export interface CheckpointHost {
  /** One past the last byte of output that the state holds. */
  readonly offset: number;
  /** Writes the state. Returns why it could not be written, undefined when it is done. */
  save(): string | undefined;
  /** The holder may drop output up to here. */
  free(offset: number): void;
  /** `crashSafe` is another than before. */
  changed(): void;
}

/** Decides when a pane's state is saved: soon after much output, some time after a little. */
export class Checkpoints {
  readonly #host: CheckpointHost;
  #covered = 0;
  #timer: NodeJS.Timeout | undefined;
  #crashSafe: true | string = true;

  constructor(host: CheckpointHost) {
    this.#host = host;
  }

  /** Or why a crash would cost what is on the screen. */
  get crashSafe(): true | string {
    return this.#crashSafe;
  }

  /** Output up to `offset` is in the checkpoint that was found. */
  begin(offset: number): void {
    this.#covered = offset;
  }

  /** There was output. */
  progress(): void {
    if (this.#uncovered >= UNCOVERED_BYTES) this.now();
    else this.later();
  }

  /** Something changed that can wait to be saved. */
  later(): void {
    this.#timer ??= setTimeout(() => this.now(), DELAY_MS);
  }

  /** Saves the state, and lets the holder drop what that covers. */
  now(): void {
    this.dispose();
    const refused = this.#host.save();
    const crashSafe = refused === undefined || `recovery data cannot be written: ${refused}`;
    const changed = crashSafe !== this.#crashSafe;
    this.#crashSafe = crashSafe;
    // Without a checkpoint the pane goes on all the same, at the price of what the holder forgets.
    if (refused === undefined || this.#uncovered >= UNCOVERED_BYTES) {
      this.#covered = this.#host.offset;
      this.#host.free(this.#covered);
    }
    if (refused !== undefined) this.later();
    if (changed) this.#host.changed();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #uncovered(): number {
    return this.#host.offset - this.#covered;
  }
}
