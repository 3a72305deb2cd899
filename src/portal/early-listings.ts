import type { Disposable } from '../base/disposable.ts';
import { DisposableStack } from '../base/disposable.ts';
import type { Invalidation, PrefetchBatch, PrefetchBudget, RemoteFiles } from './remote-files.ts';

/** What is known of a tree before it is served, and what of that has changed since. */
export interface Early {
  readonly batches: readonly PrefetchBatch[];
  readonly invalidations: readonly Invalidation[];
}

/**
 * Keeps what is read ahead of a tree that is not served yet: a project is surveyed before its
 * program starts, and a program's first look at its files should find that, not ask again.
 */
export class EarlyListings implements Disposable {
  readonly #files: RemoteFiles;
  readonly #listening = new DisposableStack();
  #batches: PrefetchBatch[] = [];
  #invalidations: Invalidation[] = [];
  #isOpen = true;

  constructor(files: RemoteFiles) {
    this.#files = files;
    this.#listening.use(files.invalidated.on((invalidation) => this.#invalidations.push(invalidation)));
    // What was missed meanwhile is not known.
    this.#listening.use(files.lease.on(() => this.dispose()));
  }

  /** As RemoteFiles.prefetch. */
  prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void> {
    return this.#files.prefetch(budget, (batch) => {
      if (this.#isOpen) this.#batches.push(batch);
      found(batch);
    });
  }

  /** All of it, for whoever keeps it true from this moment on. */
  take(): Early {
    const early = { batches: this.#batches, invalidations: this.#invalidations };
    this.dispose();
    return early;
  }

  dispose(): void {
    this.#isOpen = false;
    this.#listening.dispose();
    this.#batches = [];
    this.#invalidations = [];
  }
}
