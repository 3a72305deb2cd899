import { Worker } from 'node:worker_threads';
import { entryPath } from '../../base/package-root.ts';
import { invalEntry, invalInode } from './replies.ts';

/** The main thread's end of the notifier thread: collects notifications and knows when they have taken effect. */
export class Notifier {
  readonly #worker: Worker;
  #batch: Uint8Array[] = [];
  #sent = 0;
  #done = 0;
  #waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];

  constructor(device: number) {
    this.#worker = new Worker(entryPath('portal/fuse/notifier'), { workerData: { device } });
    this.#worker.on('message', (sequence: number) => {
      this.#done = sequence;
      const ready = this.#waiting.filter((one) => one.sequence <= sequence);
      this.#waiting = this.#waiting.filter((one) => one.sequence > sequence);
      for (const one of ready) one.resolve();
    });
    this.#worker.unref();
  }

  /** -1: attributes only; 0: content too. */
  inode(node: number, offset: -1 | 0): void {
    this.#add(invalInode(node, offset));
  }

  entry(parent: number, name: string): void {
    this.#add(invalEntry(parent, name));
  }

  /** Resolves when the kernel has acted on everything said so far. Must not be awaited by what answers the kernel. */
  settled(): Promise<void> {
    this.flush();
    if (this.#done >= this.#sent) return Promise.resolve();
    const sequence = this.#sent;
    return new Promise((resolve) => this.#waiting.push({ sequence, resolve }));
  }

  /** Hands the notifications over to the thread; called after the updates that they follow were posted. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#worker.postMessage({ sequence: ++this.#sent, notifications: this.#batch });
    this.#batch = [];
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    for (const one of this.#waiting) one.resolve();
    this.#waiting = [];
  }

  #add(notification: Uint8Array): void {
    this.#batch.push(notification);
  }
}
