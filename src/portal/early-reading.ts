import type { Disposable } from '../base/disposable.ts';
import { DisposableStack } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import type {
  FileAttributes,
  Invalidation,
  PrefetchBatch,
  PrefetchBudget,
  RemoteFiles,
} from './remote-files.ts';

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
  readonly #files: RemoteFiles;
  readonly #found = new Signal<PrefetchBatch>();
  readonly #listening = new DisposableStack();
  readonly #root: Promise<FileAttributes>;
  #batches: PrefetchBatch[] = [];
  #invalidations: Invalidation[] = [];
  #reading: Promise<void> | undefined;
  #next: ((batch: PrefetchBatch) => void) | undefined;
  /** What was missed meanwhile is not known: nothing of it is used. */
  #outdated = false;

  /** Asks for the root's attributes. */
  constructor(files: RemoteFiles) {
    this.#files = files;
    this.#listening.use(files.invalidated.on((invalidation) => this.#invalidations.push(invalidation)));
    this.#listening.use(
      files.lease.on(() => {
        this.#outdated = true;
      }),
    );
    this.#root = files.stat('').then(({ value }) => value);
    this.#root.catch(() => {}); // whoever serves the folder is told
  }

  /** Begins, once. Resolves at the end, whatever came: what fails is asked for when it is needed. */
  begin(budget: PrefetchBudget): Promise<void> {
    this.#reading ??= this.#files
      .prefetch(budget, (batch) => {
        if (this.#next) this.#next(batch);
        else this.#batches.push(batch);
        this.#found.emit(batch);
      })
      .catch(() => {});
    return this.#reading;
  }

  /** Each batch: those that are here already, and those that come. */
  follow(found: (batch: PrefetchBatch) => void): Disposable {
    this.#batches.forEach(found);
    return this.#found.on(found);
  }

  /** Resolves when every listing has come. */
  async listed(): Promise<void> {
    const last = ({ listed, files }: PrefetchBatch) => listed || files.length > 0;
    if (!this.#batches.some(last)) await Promise.race([this.#found.once(last), this.#reading]);
  }

  /** The root's attributes, to be used together with `take`. */
  async root(): Promise<FileAttributes> {
    const stands = !this.#outdated && this.#files.watched !== false;
    return stands ? this.#root : (await this.#files.stat('')).value;
  }

  /** All of it, for whoever keeps it true from this moment on; `next` gets what is still to come. */
  take(next: (batch: PrefetchBatch) => void): Early {
    const early = {
      batches: this.#outdated ? [] : this.#batches,
      invalidations: this.#outdated ? [] : this.#invalidations,
      ended: this.#reading ?? Promise.resolve(),
    };
    this.#end(this.#outdated ? () => {} : next);
    return early;
  }

  dispose(): void {
    this.#end(() => {});
  }

  #end(next: (batch: PrefetchBatch) => void): void {
    this.#next ??= next;
    this.#listening.dispose();
    this.#batches = [];
    this.#invalidations = [];
  }
}
