import { onAbort } from '../base/on-abort.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Message } from '../protocol/message.ts';

interface Pending {
  readonly send: () => void;
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: Error) => void;
  readonly settled: () => void;
}

/**
 * Requests that wait for their answer. They outlive connections by the lanes'
 * numbering, and daemons by being sent again: each carries an operation id, or
 * is harmless to repeat.
 */
export class Requests {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** `send` is called now, and again for every new epoch, with the request's id. */
  make(send: (id: number) => void, signal?: AbortSignal): Promise<Message> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted());
        return;
      }
      const settled = onAbort(signal, () => this.#settle(id)?.reject(aborted()));
      this.#pending.set(id, { send: () => send(id), resolve, reject, settled });
      send(id);
    });
  }

  /** Whether `answer` is the answer to a request, or to one that nobody waits for any more. */
  answer(answer: Message): boolean {
    const { re, error, code, message } = answer.body as {
      re?: number;
      error?: { code: string; message: string };
      code?: string;
      message?: string;
    };
    if (re === undefined) return false;
    const pending = this.#settle(re);
    if (error) pending?.reject(ZmxError.from(error));
    else if (answer.definition.name === 'ERROR')
      pending?.reject(ZmxError.from({ code: code ?? 'internal', message: message ?? '' }));
    else pending?.resolve(answer);
    return true;
  }

  /** The requests that wait now, to be sent again, oldest first. */
  waiting(): (() => void)[] {
    return [...this.#pending].map(([id, { send }]) => () => {
      if (this.#pending.has(id)) send();
    });
  }

  rejectAll(error: ZmxError): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.settled();
    return pending;
  }
}

function aborted(): ZmxError {
  return new ZmxError('aborted', 'the request was given up');
}
