import type { Disposable } from '../base/disposable.ts';
import { DisposableStack } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import type { Invalidation, PrefetchBatch, PrefetchBudget, RemoteFiles } from './remote-files.ts';

/** What is known of a tree before it is served, and what of that has changed since. */
export interface Early {
  readonly batches: readonly PrefetchBatch[];
  readonly invalidations: readonly Invalidation[];
  /** Resolves when nothing more comes. */
  readonly ended: Promise<void>;
}

/**
 * Reads a tree ahead from before it is served, in one go: its listings are the survey for which
 * a portal's start waits, and are there when the program looks at its files for the first time.
 */
export class EarlyReading implements Disposable {
  /** Each batch, after it was kept or handed on. */
  readonly found = new Signal<PrefetchBatch>();
  readonly #files: RemoteFiles;
  readonly #listening = new DisposableStack();
  #batches: PrefetchBatch[] = [];
  #invalidations: Invalidation[] = [];
  #reading: Promise<void> | undefined;
  #next: ((batch: PrefetchBatch) => void) | undefined;

  constructor(files: RemoteFiles) {
    this.#files = files;
    this.#listening.use(files.invalidated.on((invalidation) => this.#invalidations.push(invalidation)));
    // What was missed meanwhile is not known: nothing of it is used.
    this.#listening.use(files.lease.on(() => this.#take(() => {})));
  }

  /** Begins, once. Resolves at the end, whatever came: what fails is asked for when it is needed. */
  begin(budget: PrefetchBudget): Promise<void> {
    this.#reading ??= this.#files
      .prefetch(budget, (batch) => {
        if (this.#next) this.#next(batch);
        else this.#batches.push(batch);
        this.found.emit(batch);
      })
      .catch(() => {});
    return this.#reading;
  }

  /** Resolves when every listing has come: content comes behind them. */
  async listed(): Promise<void> {
    await Promise.race([this.found.once(({ files }) => files.length > 0), this.#reading]);
  }

  /** All of it, for whoever keeps it true from this moment on; `next` gets what is still to come. */
  take(next: (batch: PrefetchBatch) => void): Early {
    const early = {
      batches: this.#batches,
      invalidations: this.#invalidations,
      ended: this.#reading ?? Promise.resolve(),
    };
    // unless it has been given up before
    this.#take(this.#next ?? next);
    return early;
  }

  dispose(): void {
    this.#take(() => {});
  }

  #take(next: (batch: PrefetchBatch) => void): void {
    this.#next = next;
    this.#listening.dispose();
    this.#batches = [];
    this.#invalidations = [];
  }
}
