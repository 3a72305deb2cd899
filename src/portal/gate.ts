import { onAbort } from '../base/on-abort.ts';
import { ZmxError } from '../protocol/errors.ts';

/** Something that callers wait in front of: open, closed for a while, or failed for good. */
export class Gate {
  #open = false;
  #failure: ZmxError | undefined;
  readonly #waiting = new Set<(failure?: ZmxError) => void>();

  get isOpen(): boolean {
    return this.#open;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves while it is open. @throws what it failed with, or `aborted` by the signal. */
  passed(signal?: AbortSignal): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#open) return Promise.resolve();
    const aborted = () => new ZmxError('aborted', 'the call was given up');
    if (signal?.aborted) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      const settle = (failure?: ZmxError) => {
        this.#waiting.delete(settle);
        settled();
        if (failure) reject(failure);
        else resolve();
      };
      this.#waiting.add(settle);
      const settled = onAbort(signal, () => settle(aborted()));
    });
  }

  open(): void {
    if (this.#failure) return;
    this.#open = true;
    for (const settle of [...this.#waiting]) settle();
  }

  close(): void {
    this.#open = false;
  }

  fail(failure: ZmxError): void {
    this.#failure ??= failure;
    this.#open = false;
    for (const settle of [...this.#waiting]) settle(this.#failure);
  }
}
