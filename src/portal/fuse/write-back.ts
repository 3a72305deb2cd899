import type { Disposable } from '../../base/disposable.ts';
import { isDirty, type OpenFile } from './open-file.ts';

/**
 * How long what was written may be here alone while its file stays open, ms: a log that a program
 * here writes can be followed on the host, and a portal that is killed takes no more along than a
 * person would forgive; yet a file that is written and closed at once goes as one mutation.
 */
const WRITE_BACK_MS = 2000;

/**
 * Sends on what programs write to files that they keep open. By a timer for each file and not one
 * for all, so that a copy of many files is not sent in bursts. A failure is not told here: the data
 * stays, and close or fsync fails with it.
 */
export class WriteBack implements Disposable {
  readonly #send: (file: OpenFile) => Promise<void>;
  readonly #delayMs: number;
  readonly #due = new Map<OpenFile, NodeJS.Timeout>();

  /** @param send brings what a file has unwritten to the remote */
  constructor(send: (file: OpenFile) => Promise<void>, delayMs = WRITE_BACK_MS) {
    this.#delayMs = delayMs;
    this.#send = send;
  }

  /** After each change of a file: what is unwritten goes in a while, unless it goes before. */
  changed(file: OpenFile): void {
    const due = this.#due.get(file);
    if (isDirty(file) === (due !== undefined)) return;
    clearTimeout(due);
    this.#due.delete(file);
    if (due === undefined) this.#due.set(file, setTimeout(() => this.#write(file), this.#delayMs).unref());
  }

  dispose(): void {
    for (const due of this.#due.values()) clearTimeout(due);
    this.#due.clear();
  }

  #write(file: OpenFile): void {
    this.#due.delete(file);
    this.#send(file).catch(() => {});
  }
}
