import type { Disposable } from '../../base/disposable.ts';
import { DisposableStack } from '../../base/disposable.ts';
import type { RemoteFiles } from '../remote-files.ts';
import type { Contents } from './contents.ts';
import type { Node } from './node.ts';
import type { RemoteTree } from './remote-tree.ts';

/** An invalidation that an exit's clock announces comes within the line's delay; then something is wrong. */
const CLOCK_TIMEOUT_MS = 10_000;
/** Folders asked for at once when everything is listed again. */
const PARALLEL_LISTS = 16;

export interface CoherenceOptions {
  readonly files: RemoteFiles;
  readonly remote: RemoteTree;
  readonly contents: Contents;
  /** Hands updates to the reader and notifications to the notifier. */
  readonly flush: () => void;
  /** Resolves when the kernel has acted on all notifications. */
  readonly settled: () => Promise<void>;
  readonly leaseChanged: (held: boolean) => void;
}

/**
 * Keeps what is cached here true to the remote: takes in its pushed changes and what
 * becomes of the lease, and knows up to which change everything is up to date.
 */
export class Coherence implements Disposable {
  readonly #options: CoherenceOptions;
  readonly #listening = new DisposableStack();
  #clock: number;
  #waitingForClock: { readonly clock: number; readonly resolve: (reached: boolean) => void }[] = [];
  #held = true;
  #waitingForLease: (() => void)[] = [];
  #revalidating: Promise<void> = Promise.resolve();

  constructor(options: CoherenceOptions) {
    this.#options = options;
    const { files, remote } = options;
    this.#clock = files.clock;
    this.#listening.use(
      files.invalidated.on((invalidation) => {
        remote.invalidate(invalidation);
        const { clock, files: changed = [] } = invalidation;
        const keep = (node: Node, data: Uint8Array) => options.contents.keep(node, data);
        remote.prefetched({ clock, folders: [], files: changed }, keep);
        options.flush();
        this.#advance(invalidation.clock);
      }),
    );
    this.#listening.use(
      files.lease.on((lease) => {
        if (lease === 'lost') this.#setHeld(false);
        else if (lease === 'held') void this.#revalidating.then(() => this.#setHeld(true));
        else {
          this.#setHeld(false);
          void this.revalidate().finally(() => this.#setHeld(true));
        }
      }),
    );
  }

  get held(): boolean {
    return this.#held;
  }

  whenHeld(): Promise<void> {
    if (this.#held) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForLease.push(resolve));
  }

  /**
   * After a command: resolves when everything up to this change clock is in the caches here
   * and in the kernel's, so that whoever reads now reads what the command has written.
   * Undefined: the clock is not known, and all that is known here is compared.
   */
  async revalidateAfterExec(clock: number | undefined): Promise<void> {
    const { files, settled } = this.#options;
    if (files.watched === false || clock === undefined || !(await this.#reached(clock)))
      await this.revalidate();
    await this.#revalidating;
    await settled();
  }

  /** Compares everything that is known with the remote. */
  revalidate(): Promise<void> {
    this.#revalidating = this.#revalidating.then(() => this.#compareAll()).catch(() => {});
    return this.#revalidating;
  }

  dispose(): void {
    this.#listening.dispose();
    for (const one of this.#waitingForClock) one.resolve(true);
    this.#waitingForClock = [];
    for (const resolve of this.#waitingForLease) resolve();
    this.#waitingForLease = [];
  }

  async #compareAll(): Promise<void> {
    const { files, remote, contents, flush } = this.#options;
    // A listing may show what a mutation has done whose answer is still on its way.
    await remote.mutated();
    remote.doubtAll();
    flush();
    // What expires by itself is asked for at its next use.
    if (files.watched === false) return;
    const known = [...remote.tree.nodes()].length;
    await remote.log.during(() =>
      files.prefetch({ maxEntries: known * 2 + 1000, maxBytes: 0, maxFileBytes: 0 }, (batch) => {
        remote.prefetched(batch, (node, data) => contents.keep(node, data));
        flush();
      }),
    );
    const folders = [...remote.tree.nodes()].filter((node) => node.listed && !remote.tree.isFresh(node));
    const list = async (): Promise<void> => {
      for (let folder = folders.pop(); folder; folder = folders.pop()) {
        await remote.list(folder).catch(() => {});
        flush();
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_LISTS }, list));
  }

  #advance(clock: number): void {
    if (clock <= this.#clock) return;
    this.#clock = clock;
    const reached = this.#waitingForClock.filter((one) => one.clock <= clock);
    this.#waitingForClock = this.#waitingForClock.filter((one) => one.clock > clock);
    for (const one of reached) one.resolve(true);
  }

  /** False: it did not come in time. */
  #reached(clock: number): Promise<boolean> {
    if (this.#clock >= clock) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), CLOCK_TIMEOUT_MS);
      const done = (reached: boolean): void => {
        clearTimeout(timer);
        resolve(reached);
      };
      this.#waitingForClock.push({ clock, resolve: done });
    });
  }

  #setHeld(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#options.leaseChanged(held);
    if (!held) return;
    for (const resolve of this.#waitingForLease) resolve();
    this.#waitingForLease = [];
  }
}
