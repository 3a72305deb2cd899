import { type ChildProcess, spawn } from 'node:child_process';
import { buildNativeCommand, nativePath } from '../../base/package-root.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { invalEntry, invalInode, notifierMark } from './replies.ts';

const MARK_BYTES = 8;

/** Hands notifications to the notifier's process and knows when they have taken effect. */
export class Notifier {
  readonly #device: number;
  readonly #lost: () => void;
  #process: ChildProcess | undefined;
  #batch: Uint8Array[] = [];
  #sent = 0;
  #done = 0;
  #answer = Buffer.alloc(0);
  #waiting: { readonly mark: number; readonly resolve: () => void }[] = [];

  /**
   * @param device the clone for notifications.
   * @param lost called when the process was killed: what it was told last may not have been done.
   * @throws ZmxError where there is no such program.
   */
  static async start(device: number, lost: () => void): Promise<Notifier> {
    const notifier = new Notifier(device, lost);
    await notifier.#spawn();
    return notifier;
  }

  private constructor(device: number, lost: () => void) {
    this.#device = device;
    this.#lost = lost;
  }

  /** -1: attributes only; 0: content too. */
  inode(node: number, offset: -1 | 0): void {
    this.#batch.push(invalInode(node, offset));
  }

  entry(parent: number, name: string): void {
    this.#batch.push(invalEntry(parent, name));
  }

  /** Resolves when the kernel has acted on everything said so far. Must not be awaited by what answers a look-up or a read. */
  settled(): Promise<void> {
    this.flush();
    if (this.#done >= this.#sent) return Promise.resolve();
    const mark = this.#sent;
    return new Promise((resolve) => this.#waiting.push({ mark, resolve }));
  }

  /** Hands the notifications over; called after the updates that they follow were posted. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#batch.push(notifierMark(++this.#sent));
    this.#process?.stdin?.write(Buffer.concat(this.#batch));
    this.#batch = [];
  }

  /** Ends the process; where a notification blocks, once the device's requests have ended. */
  close(): void {
    this.#process?.stdin?.destroy();
    this.#ended();
  }

  #spawn(): Promise<void> {
    const child = spawn(nativePath('notifier'), [], { stdio: ['pipe', 'pipe', 'ignore', this.#device] });
    this.#process = child;
    this.#answer = Buffer.alloc(0);
    child.stdin?.on('error', () => {}); // it has ended, which the exit tells too
    child.stdout?.on('data', (data: Buffer) => this.#answered(data));
    child.once('exit', (code) => {
      // 0: the mount or this end is gone.
      if (code === 0 || this.#done === Number.POSITIVE_INFINITY) this.#ended();
      else
        this.#spawn().then(
          () => this.#lost(),
          () => this.#ended(),
        );
    });
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new ZmxError(
            'notifier',
            `cannot start the notifier (${error.message}); run: ${buildNativeCommand()}`,
          ),
        ),
      );
    });
  }

  #answered(data: Buffer): void {
    this.#answer = Buffer.concat([this.#answer, data]);
    const whole = this.#answer.length - (this.#answer.length % MARK_BYTES);
    if (whole === 0) return;
    this.#done = Number(this.#answer.readBigUInt64LE(whole - MARK_BYTES));
    this.#answer = this.#answer.subarray(whole);
    const ready = this.#waiting.filter((one) => one.mark <= this.#done);
    this.#waiting = this.#waiting.filter((one) => one.mark > this.#done);
    for (const one of ready) one.resolve();
  }

  #ended(): void {
    this.#done = Number.POSITIVE_INFINITY;
    for (const one of this.#waiting) one.resolve();
    this.#waiting = [];
  }
}
