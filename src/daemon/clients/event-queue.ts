/**
 * What one client did, in its order: each event is handled before the next is looked
 * at, so that what is typed after `C-b c` lands in the new window however long that
 * takes. Bytes for panes need not be waited for: the holder takes them in the order in
 * which they are sent. An event is *done* when it is handled and they are taken.
 */
export interface QueuedEvent<E> {
  readonly seq: number;
  readonly event: E;
  readonly payload: Uint8Array;
}

export interface Handled {
  /** Writes on their way to the holder. */
  readonly taken: readonly Promise<void>[];
}

export class EventQueue<E> {
  readonly #waiting: QueuedEvent<E>[] = [];
  readonly #handle: (event: QueuedEvent<E>) => Promise<Handled>;
  readonly #progress: (done: number) => void;
  /** Events with writes that are not taken yet, in order; an event stands here once for each. */
  readonly #inFlight: number[] = [];
  #received: number;
  #handledThrough: number;
  #done: number;
  #running = false;

  /**
   * @param done number of the last event whose effect is known to be complete.
   * @param progress told each time that number grows.
   */
  constructor(
    done: number,
    handle: (event: QueuedEvent<E>) => Promise<Handled>,
    progress: (done: number) => void,
  ) {
    this.#received = done;
    this.#handledThrough = done;
    this.#done = done;
    this.#handle = handle;
    this.#progress = progress;
  }

  get done(): number {
    return this.#done;
  }

  /** Writes that the holder has not taken yet. */
  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Takes an event once; a repeat is dropped. */
  push(event: QueuedEvent<E>): void {
    if (event.seq <= this.#received) return;
    this.#received = event.seq;
    this.#waiting.push(event);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      const { taken } = await this.#handle(event);
      for (const write of taken) this.#track(event.seq, write);
      this.#handledThrough = event.seq;
      this.#advance();
    }
    this.#running = false;
  }

  #track(seq: number, write: Promise<void>): void {
    this.#inFlight.push(seq);
    const settle = () => {
      this.#inFlight.splice(this.#inFlight.indexOf(seq), 1);
      this.#advance();
    };
    write.then(settle, settle); // a pane that has ended takes no keys: they are done with
  }

  #advance(): void {
    const oldest = this.#inFlight[0];
    const done = oldest === undefined ? this.#handledThrough : oldest - 1;
    if (done <= this.#done) return;
    this.#done = done;
    this.#progress(done);
  }
}
