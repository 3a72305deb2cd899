import type { Worker } from 'node:worker_threads';
import type { Log } from '../../base/log.ts';
import { messageTable } from '../../protocol/codec.ts';
import { type ErrorInfo, ZmxError } from '../../protocol/errors.ts';
import type { Message, MessageDefinition } from '../../protocol/message.ts';
import { FS_CHANGED, FS_VALUE } from '../../protocol/messages/files.ts';
import { allMessages } from '../../protocol/messages/index.ts';
import type { Peer } from '../../transport/types.ts';
import { QuietMark } from './quiet-mark.ts';
import type { ThreadPool } from './thread-pool.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

const table = messageTable(allMessages);

interface Call {
  readonly resolve: (clock: number) => void;
  readonly reject: (error: Error) => void;
}

export function noSession(session: string): ZmxError {
  return new ZmxError('no-session', `files session ${session} is not open here; open it again`, {
    retry: true,
  });
}

/** One session in its thread as the main thread sees it: what goes in, and what comes out of it for the client. */
export class FilesThread {
  readonly peer: Peer;
  readonly start: WorkerStart;
  /** Resolves when the session has ended and let go of the journal. */
  readonly ended: Promise<void>;
  readonly #log: Log;
  readonly #pool: ThreadPool;
  readonly #worker: Worker;
  readonly #done: () => void;
  readonly #quiet = new QuietMark();
  readonly #calls = new Map<number, Call>();
  /** Ids of questions that are not answered yet. */
  readonly #questions = new Set<number>();
  #state: 'opening' | 'open' | 'ending' = 'opening';
  #lastCall = 0;

  constructor(peer: Peer, start: WorkerStart, pool: ThreadPool, log: Log) {
    this.peer = peer;
    this.start = start;
    this.#log = log;
    this.#pool = pool;
    this.#worker = pool.take();
    this.#worker.on('message', this.#told);
    this.#worker.on('error', this.#failed);
    this.#worker.on('exit', this.#ended);
    let done = () => {};
    this.ended = new Promise((resolve) => {
      done = resolve;
    });
    this.#done = done;
    this.#post({ t: 'open', start, quiet: this.#quiet.shared });
  }

  /** FS_OPEN: answered when the thread is ready, or with why it cannot be. */
  open(re: number): void {
    this.#questions.add(re);
    this.#post({ t: 'rooted', re });
  }

  ask({ definition, body, payload }: Message): void {
    const { id } = body as { readonly id?: number };
    if (id !== undefined) this.#questions.add(id);
    this.#post({ t: 'message', type: definition.type, body, payload });
  }

  /** The clock that covers every change so far, where that is known without the thread. */
  quietClock(): number | undefined {
    return this.#state === 'open' ? this.#quiet.clock() : undefined;
  }

  /** Resolves with the clock, behind every change so far. */
  async settle(): Promise<number> {
    return this.quietClock() ?? this.#call((call) => ({ t: 'settle', call }));
  }

  async applied(seq: number): Promise<void> {
    await this.#call((call) => ({ t: 'applied', call, seq }));
  }

  close(erase: boolean): Promise<void> {
    if (this.#state !== 'ending') this.#post({ t: 'close', erase });
    this.#state = 'ending';
    return this.ended;
  }

  #call(message: (call: number) => ToWorker): Promise<number> {
    const call = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#post(message(call));
    });
  }

  #post(message: ToWorker): void {
    if (this.#state !== 'ending') this.#worker.postMessage(message);
  }

  readonly #told = (message: FromWorker): void => {
    if (message.t === 'send') {
      const { re } = message.body as { readonly re?: number };
      if (re !== undefined) this.#questions.delete(re);
      this.peer.send<MessageDefinition>(
        table.get(message.type)!,
        message.body as Record<string, never>,
        message.payload,
        message.lane,
      );
    } else if (message.t === 'told') {
      this.#calls.get(message.call)?.resolve(message.clock);
      this.#calls.delete(message.call);
    } else if (message.t === 'closed') this.#leave();
    else if (message.error) {
      this.#state = 'ending';
      this.#refuse(message.error);
      this.#leave();
    } else if (this.#state === 'opening') this.#state = 'open';
  };

  readonly #failed = (error: Error): void => {
    this.#log(`files of ${this.start.path}: ${error.stack ?? error}`);
  };

  /** The session is gone and its thread can have another. */
  #leave(): void {
    this.#worker.off('message', this.#told).off('error', this.#failed).off('exit', this.#ended);
    this.#pool.give(this.#worker);
    this.#ended();
  }

  /** The session is gone: as it was told, or by a fault of the thread, which the client answers by opening again. */
  readonly #ended = (): void => {
    const { session } = this.start;
    if (this.#state !== 'ending') this.peer.send(FS_CHANGED, { session, clock: 0, lost: true });
    this.#state = 'ending';
    this.#refuse(ZmxError.info(noSession(session)));
    for (const { reject } of this.#calls.values()) reject(noSession(session));
    this.#calls.clear();
    this.#done();
  };

  #refuse(error: ErrorInfo): void {
    for (const re of this.#questions) this.peer.send(FS_VALUE, { re, clock: 0, error }, [], 'control');
    this.#questions.clear();
  }
}
