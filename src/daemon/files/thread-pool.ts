import { Worker } from 'node:worker_threads';
import { entryPath } from '../../base/package-root.ts';

/** As many as a portal has: for its project, and for its scratch folder. */
const KEPT = 2;
/** Whoever starts one agent after the other does so within minutes; a waiting thread takes some MiB. */
const KEPT_MS = 10 * 60 * 1000;

/**
 * The threads of files sessions. One whose session has ended waits for the next: a thread takes
 * longer to start than most networks' round trip, and its code has to be compiled again.
 */
export class ThreadPool {
  readonly #idle: Worker[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** A thread without a session. */
  take(): Worker {
    const worker = this.#idle.pop() ?? this.#start();
    worker.ref();
    return worker;
  }

  /** Its session has ended. */
  give(worker: Worker): void {
    if (this.#idle.length >= KEPT) {
      void worker.terminate();
      return;
    }
    worker.unref();
    this.#idle.push(worker);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.dispose(), KEPT_MS).unref();
  }

  /** Ends those that wait. */
  async dispose(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  #start(): Worker {
    // the addon opens descriptors that node closes
    const worker = new Worker(entryPath('daemon/files/files-worker'), { trackUnmanagedFds: false });
    // What fails while it waits is nobody's: its exit takes it out.
    worker.on('error', () => {});
    worker.once('exit', () => {
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return worker;
  }
}
