import { ZmxError } from '../../protocol/errors.ts';
import { EmulatedPane } from './emulated-pane.ts';
import type { FromWorker, ToWorker, WorkerData, WorkerRequest } from './worker-messages.ts';

/** A payload is copied below this size and handed over above: handing over has a cost of its own. */
const TRANSFER_BYTES = 16 * 1024;

/** The panes of one worker thread, by their messages. */
export class PaneWorker {
  readonly #panes = new Map<string, EmulatedPane>();
  readonly #folders: WorkerData;
  readonly #post: (message: FromWorker, transfer?: ArrayBuffer[]) => void;

  constructor(data: WorkerData, post: (message: FromWorker, transfer?: ArrayBuffer[]) => void) {
    this.#folders = data;
    this.#post = post;
  }

  receive(message: ToWorker): void {
    if (message.t === 'request') {
      void this.#answer(message.id, message.request);
      return;
    }
    // A pane that has just been closed may still be spoken of.
    const pane = this.#panes.get(message.pane);
    if (!pane) return;
    switch (message.t) {
      case 'show':
        pane.show(message.viewer);
        return;
      case 'hide':
        pane.hide(message.viewer);
        return;
      case 'refresh':
        pane.refresh(message.viewer);
        return;
      case 'acknowledge':
        pane.acknowledge(message.viewer, message.seq);
        return;
      case 'log':
        pane.setLog(message.settings);
        return;
      case 'resize':
        pane.resize(message.cols, message.rows);
        return;
      case 'typed':
        pane.typed(message.size);
        return;
      case 'history-limit':
        pane.setHistoryLimit(message.lines);
        return;
    }
  }

  async #answer(id: number, request: WorkerRequest): Promise<void> {
    try {
      this.#post({ t: 'result', id, value: await this.#perform(request) });
    } catch (error) {
      const code = error instanceof ZmxError ? error.code : ((error as NodeJS.ErrnoException).code ?? 'EIO');
      this.#post({ t: 'failed', id, code, message: (error as Error).message });
    }
  }

  async #perform(request: WorkerRequest): Promise<unknown> {
    switch (request.t) {
      case 'open':
        return this.#open(request.options);
      case 'close':
        this.#panes.get(request.pane)?.dispose({ erase: request.erase });
        this.#panes.delete(request.pane);
        return undefined;
      case 'capture':
        return this.#pane(request.pane).capture(request.options, request.to);
      case 'copy-mode':
        return this.#pane(request.pane).copyMode(request.command, request.args);
      case 'clear-history':
        return this.#pane(request.pane).clearHistory();
      case 'trim-below':
        return this.#pane(request.pane).trimBelow();
      case 'reset':
        return this.#pane(request.pane).reset();
      case 'print':
        return this.#pane(request.pane).print(request.text);
      case 'show-end':
        return this.#pane(request.pane).showEnd(request.format);
      case 'checkpoint-all':
        for (const pane of this.#panes.values()) pane.checkpoint();
        return undefined;
    }
  }

  #pane(name: string): EmulatedPane {
    const pane = this.#panes.get(name);
    if (!pane) throw new ZmxError('ENOENT', `pane ${name} is not open`);
    return pane;
  }

  async #open(options: Extract<WorkerRequest, { t: 'open' }>['options']): Promise<unknown> {
    if (this.#panes.has(options.pane)) throw new ZmxError('EEXIST', `pane ${options.pane} is open already`);
    const pane = new EmulatedPane(options, this.#folders, {
      frame: (frame) => {
        const { buffer, byteLength } = frame.payload;
        const whole = byteLength >= TRANSFER_BYTES && buffer.byteLength === byteLength;
        this.#post({ t: 'frame', frame }, whole ? [buffer as ArrayBuffer] : []);
      },
      change: (change) => this.#post({ t: 'change', change }),
      segmentClosed: () => this.#post({ t: 'segment-closed', pane: options.pane }),
      log: (line) => this.#post({ t: 'log', line }),
    });
    this.#panes.set(options.pane, pane);
    try {
      await pane.open(options);
    } catch (error) {
      pane.dispose({ erase: false });
      this.#panes.delete(options.pane);
      throw error;
    }
    return pane.info;
  }
}
