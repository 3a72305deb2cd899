import { Worker } from 'node:worker_threads';
import type { Log } from '../../base/log.ts';
import { entryPath } from '../../base/package-root.ts';
import { messageTable } from '../../protocol/codec.ts';
import { type ErrorInfo, ZmxError } from '../../protocol/errors.ts';
import type { Message, MessageDefinition } from '../../protocol/message.ts';
import { FS_CHANGED, FS_VALUE } from '../../protocol/messages/files.ts';
import { allMessages } from '../../protocol/messages/index.ts';
import type { Peer } from '../../transport/types.ts';
import { QuietMark } from './quiet-mark.ts';
import type { FromWorker, ToWorker, WorkerData, WorkerStart } from './worker-messages.ts';

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

/** One session's thread as the main thread sees it: what goes in, and what comes out of it for the client. */
export class FilesThread {
  readonly peer: Peer;
  readonly start: WorkerStart;
  /** Resolves when the thread has ended and let go of the journal. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #quiet = new QuietMark();
  readonly #calls = new Map<number, Call>();
  /** Ids of questions that are not answered yet. */
  readonly #questions = new Set<number>();
  #state: 'opening' | 'open' | 'ending' = 'opening';
  #lastCall = 0;

  constructor(peer: Peer, start: WorkerStart, log: Log) {
    this.peer = peer;
    this.start = start;
    this.#worker = new Worker(entryPath('daemon/files/files-worker'), {
      workerData: { ...start, quiet: this.#quiet.shared } satisfies WorkerData,
      // the addon opens descriptors that node closes
      trackUnmanagedFds: false,
    });
    this.#worker.on('message', (message: FromWorker) => this.#told(message));
    this.#worker.on('error', (error) => log(`files of ${start.path}: ${error.stack ?? error}`));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#ended();
        resolve();
      });
    });
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

  /** Resolves with the clock, behind every change so far. */
  settle(): Promise<number> {
    const clock = this.#state === 'open' ? this.#quiet.clock() : undefined;
    return clock === undefined ? this.#call((call) => ({ t: 'settle', call })) : Promise.resolve(clock);
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

  #told(message: FromWorker): void {
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
    } else if (message.error) {
      this.#state = 'ending';
      this.#refuse(message.error);
    } else if (this.#state === 'opening') this.#state = 'open';
  }

  /** The thread is gone: as it was told, or by a fault of its own, which the client answers by opening again. */
  #ended(): void {
    const { session } = this.start;
    if (this.#state !== 'ending') this.peer.send(FS_CHANGED, { session, clock: 0, lost: true });
    this.#state = 'ending';
    this.#refuse(ZmxError.info(noSession(session)));
    for (const { reject } of this.#calls.values()) reject(noSession(session));
    this.#calls.clear();
  }

  #refuse(error: ErrorInfo): void {
    for (const re of this.#questions) this.peer.send(FS_VALUE, { re, clock: 0, error }, [], 'control');
    this.#questions.clear();
  }
}
