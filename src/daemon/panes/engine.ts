import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LogSettings } from '../../archive/pane-log.ts';
import { type Log, noLog } from '../../base/log.ts';
import { entryPath } from '../../base/package-root.ts';
import { Signal } from '../../base/signal.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type {
  CaptureOptions,
  CopyState,
  EngineFrame,
  PaneChange,
  PaneEngine,
  PaneInfo,
  PaneOptions,
  TextFile,
} from './pane-engine.ts';
import type { FromWorker, ToWorker, WorkerData, WorkerRequest, WorkerResults } from './worker-messages.ts';

/** More threads than this would only cost memory: a thread parses some 30 MB a second. */
const MAX_WORKERS = 4;

/** Parsing makes much garbage that dies at once: more room for it would only be memory of 50 panes' size. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 8 };

/** Sizes of inputs are told together after this time: a message for each key would cost time before it is echoed, ms. */
const TYPED_MS = 100;

interface Crew {
  readonly worker: Worker;
  readonly panes: Set<string>;
}

interface Waiting {
  readonly crew: Crew;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Panes in worker threads, at most one per core, each pane in the one with the fewest. */
export class WorkerPaneEngine implements PaneEngine {
  readonly frames = new Signal<EngineFrame>();
  readonly changes = new Signal<PaneChange>();
  readonly segmentClosed = new Signal<string>();
  readonly #data: WorkerData;
  readonly #log: Log;
  readonly #crews: Crew[] = [];
  readonly #infos = new Map<string, PaneInfo>();
  readonly #waiting = new Map<number, Waiting>();
  /** The end of a program that was ended on purpose is no news: of a respawned pane it would end the next one. */
  readonly #closing = new Set<string>();
  #lastId = 0;

  /** Bytes typed into panes and not told yet. */
  readonly #typed = new Map<string, number>();

  /**
   * @param recoveryFolder where checkpoints and history are kept; made when it is missing.
   * @param logFolder where panes are logged; undefined: nowhere.
   */
  constructor(recoveryFolder: string, log: Log = noLog, logFolder?: string) {
    this.#data = { recoveryFolder, logFolder };
    this.#log = log;
  }

  async open(options: PaneOptions): Promise<void> {
    if (this.#crewOf(options.pane)) throw new ZmxError('EEXIST', `pane ${options.pane} is open already`);
    const crew = this.#freest();
    crew.panes.add(options.pane);
    try {
      this.#infos.set(options.pane, await this.#ask(crew, { t: 'open', options }));
    } catch (error) {
      crew.panes.delete(options.pane);
      throw error;
    }
  }

  async close(pane: string, { erase }: { erase: boolean }): Promise<void> {
    const crew = this.#crewOf(pane);
    if (!crew) return;
    this.#closing.add(pane);
    try {
      await this.#ask(crew, { t: 'close', pane, erase });
    } finally {
      this.#closing.delete(pane);
    }
    crew.panes.delete(pane);
    this.#infos.delete(pane);
  }

  has(pane: string): boolean {
    return this.#crewOf(pane) !== undefined;
  }

  show(pane: string, viewer: string): void {
    this.#tell(pane, { t: 'show', pane, viewer });
  }

  hide(pane: string, viewer: string): void {
    this.#tell(pane, { t: 'hide', pane, viewer });
  }

  acknowledge(pane: string, viewer: string, seq: number): void {
    this.#tell(pane, { t: 'acknowledge', pane, viewer, seq });
  }

  refresh(pane: string, viewer: string): void {
    this.#tell(pane, { t: 'refresh', pane, viewer });
  }

  async capture(pane: string, options: CaptureOptions, most?: number): Promise<string> {
    return String(await this.#ask(this.#home(pane), { t: 'capture', pane, options, to: { most } }));
  }

  captureTo(pane: string, options: CaptureOptions, file: TextFile): Promise<string | number> {
    return this.#ask(this.#home(pane), { t: 'capture', pane, options, to: { file } });
  }

  copyMode(pane: string, command: string, args: readonly string[]): Promise<CopyState> {
    return this.#ask(this.#home(pane), { t: 'copy-mode', pane, command, args });
  }

  clearHistory(pane: string): Promise<void> {
    return this.#ask(this.#home(pane), { t: 'clear-history', pane });
  }

  setHistoryLimit(pane: string, lines: number): void {
    this.#tell(pane, { t: 'history-limit', pane, lines });
  }

  setLog(pane: string, settings: LogSettings): void {
    this.#tell(pane, { t: 'log', pane, settings });
  }

  typed(pane: string, size: number): void {
    if (this.#typed.size === 0)
      setTimeout(() => {
        for (const [one, sum] of this.#typed) this.#tell(one, { t: 'typed', pane: one, size: sum });
        this.#typed.clear();
      }, TYPED_MS).unref();
    this.#typed.set(pane, (this.#typed.get(pane) ?? 0) + size);
  }

  trimBelow(pane: string): Promise<void> {
    return this.#ask(this.#home(pane), { t: 'trim-below', pane });
  }

  reset(pane: string): Promise<void> {
    return this.#ask(this.#home(pane), { t: 'reset', pane });
  }

  resize(pane: string, cols: number, rows: number): void {
    this.#tell(pane, { t: 'resize', pane, cols, rows });
  }

  print(pane: string, text: string): Promise<void> {
    return this.#ask(this.#home(pane), { t: 'print', pane, text });
  }

  showEnd(pane: string, format: string): Promise<void> {
    return this.#ask(this.#home(pane), { t: 'show-end', pane, format });
  }

  info(pane: string): PaneInfo {
    const info = this.#infos.get(pane);
    if (!info) throw new ZmxError('ENOENT', `pane ${pane} is not open`);
    return info;
  }

  async checkpointAll(): Promise<void> {
    await Promise.all(this.#crews.map((crew) => this.#ask(crew, { t: 'checkpoint-all' })));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#crews.splice(0).map(({ worker }) => worker.terminate()));
    for (const { reject } of this.#waiting.values())
      reject(new ZmxError('ECANCELED', 'the pane engine has ended'));
    this.#waiting.clear();
  }

  #home(pane: string): Crew {
    const crew = this.#crewOf(pane);
    if (!crew) throw new ZmxError('ENOENT', `pane ${pane} is not open`);
    return crew;
  }

  #crewOf(pane: string): Crew | undefined {
    return this.#crews.find(({ panes }) => panes.has(pane));
  }

  #freest(): Crew {
    const idle = this.#crews.find(({ panes }) => panes.size === 0);
    if (idle) return idle;
    if (this.#crews.length < Math.min(availableParallelism(), MAX_WORKERS)) return this.#hire();
    return this.#crews.reduce((best, crew) => (crew.panes.size < best.panes.size ? crew : best));
  }

  #hire(): Crew {
    const worker = new Worker(entryPath('daemon/panes/pane-worker'), {
      workerData: this.#data,
      resourceLimits: WORKER_LIMITS,
    });
    const crew: Crew = { worker, panes: new Set() };
    worker.on('message', (message: FromWorker) => this.#receive(message));
    // Crash-only: the holder has what the thread knew, and starts the daemon again.
    worker.on('error', (error) => {
      throw new Error('a pane worker failed', { cause: error });
    });
    this.#crews.push(crew);
    return crew;
  }

  #tell(pane: string, message: ToWorker): void {
    this.#crewOf(pane)?.worker.postMessage(message);
  }

  #ask<T extends WorkerRequest['t']>(
    crew: Crew,
    request: Extract<WorkerRequest, { t: T }>,
  ): Promise<WorkerResults[T]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { crew, resolve: resolve as (value: unknown) => void, reject });
      crew.worker.postMessage({ t: 'request', id, request } satisfies ToWorker);
    });
  }

  #receive(message: FromWorker): void {
    switch (message.t) {
      case 'frame':
        this.frames.emit(message.frame);
        return;
      case 'change':
        if (message.change.kind === 'exited' && this.#closing.has(message.change.pane)) return;
        if (message.change.kind === 'info') this.#infos.set(message.change.pane, message.change.info);
        this.changes.emit(message.change);
        return;
      case 'segment-closed':
        this.segmentClosed.emit(message.pane);
        return;
      case 'log':
        this.#log(message.line);
        return;
      case 'result':
      case 'failed': {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.t === 'result') waiting?.resolve(message.value);
        else waiting?.reject(new ZmxError(message.code, message.message));
      }
    }
  }
}
