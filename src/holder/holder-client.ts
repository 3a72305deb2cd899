import { createConnection, type Socket } from 'node:net';
import type { Disposable } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type ExitStatus, type FromHolder, type HeldPane, HOLDER_PROTOCOL, type ToHolder } from './wire.ts';
import { encodeFrameHead, type Frame, FrameReader } from './wire-codec.ts';

type Of<T extends FromHolder['t']> = Extract<FromHolder, { t: T }>;
type SpawnMessage = Extract<ToHolder, { t: 'spawn' }>;

export type Welcome = Of<'welcome'>;
export type SpawnRequest = Omit<SpawnMessage, 't'>;

export interface Started {
  readonly pid: number;
  readonly tty: string;
  /** It is joined to the panes that the request names. */
  readonly linked: boolean;
}

/** What an observed pane tells, in the order of its output. Called in the tick in which it arrives. */
export interface PaneObserver {
  /** Bytes from `offset` on; `err`: of a pipe's stderr. Give credit with `took` once they are digested. */
  output(bytes: Uint8Array, offset: number, err: boolean): void;
  resized?(size: { cols: number; rows: number; id: number; offset: number }): void;
  /** After the last byte. */
  exited(exit: ExitStatus, offset: number, errOffset: number): void;
}

export interface Observation extends Disposable {
  /** Everything up to these offsets has been digested: the holder may send more. */
  took(offset: number, errOffset?: number): void;
}

/** A holder that is stopped or wedged must not hang the daemon's start. */
const WELCOME_TIMEOUT_MS = 15_000;

interface Waiting<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/**
 * One connection to a holder: the daemon's life line (`daemon: true`), or one that a
 * thread of the daemon opens for itself. It does not reconnect: what a broken
 * connection means (adopt again, or the panes are lost) is for the daemon to decide.
 */
export class HolderClient implements Disposable {
  /** The connection broke, or was closed here; every pending promise has been rejected. */
  readonly closed = new Signal<Error | undefined>();
  /** To the life line: a child of its own has ended. Once more for a pane that it observes later. */
  readonly exited = new Signal<Of<'exited'>>();
  /** To the life line: a guarded process has gone; repeated until `unguard`. */
  readonly gone = new Signal<{ readonly key: string; readonly note: string }>();
  /** A message that the holder could not carry out and that nobody here waits for. */
  readonly failed = new Signal<Of<'error'>>();

  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #observers = new Map<string, PaneObserver>();
  readonly #spawns = new Map<string, Waiting<Started>>();
  readonly #inputs = new Map<string, Waiting<void>>();
  readonly #lists = new Map<number, Waiting<readonly HeldPane[]>>();
  readonly #statuses = new Map<number, Waiting<Of<'status'>>>();
  #greeting: Waiting<Welcome> | undefined;
  #welcome: Welcome | undefined;
  /** What came together with the welcome, until whoever called `connect` can have begun to listen. */
  #early: Frame[] | undefined;
  #lastId = 0;
  #open = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (piece) => this.#receive(piece));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new ZmxError('EPIPE', 'the holder ended the connection')));
  }

  /**
   * Connects and says hello.
   * @throws ENOENT or ECONNREFUSED where no holder listens; ZmxError where it is no holder.
   */
  static async connect(path: string, options: { daemon: boolean }): Promise<HolderClient> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const dialling = createConnection(path, () => {
        dialling.off('error', reject);
        resolve(dialling);
      });
      dialling.once('error', reject);
    });
    const client = new HolderClient(socket);
    const greeting = waiting<Welcome>();
    client.#greeting = greeting;
    client.#send({ t: 'hello', version: HOLDER_PROTOCOL, daemon: options.daemon, pid: process.pid });
    const patience = setTimeout(
      () => client.#end(new ZmxError('ETIMEDOUT', `the holder at ${path} does not answer; is it stopped?`)),
      WELCOME_TIMEOUT_MS,
    );
    try {
      client.#welcome = await greeting.promise;
    } finally {
      clearTimeout(patience);
    }
    return client;
  }

  /** What the holder held when this connection began. */
  get welcome(): Welcome {
    if (!this.#welcome) throw new Error('not welcomed yet');
    return this.#welcome;
  }

  get connected(): boolean {
    return this.#open;
  }

  /** What `work` says goes to the holder in one piece, which wakes it up once. */
  together<T>(work: () => T): T {
    this.#socket.cork();
    try {
      return work();
    } finally {
      this.#socket.uncork();
    }
  }

  /** Starts a child once per `op`. @throws ZmxError with the errno when it could not be started. */
  spawn(request: SpawnRequest): Promise<Started> {
    return this.#ask(this.#spawns, request.op, { t: 'spawn', ...request });
  }

  /**
   * Resolves when the bytes have reached the child's terminal or stdin (once, however
   * often it is sent with the same source and seq; `seq` grows per source).
   * @throws ZmxError when they never will, e.g. because the child has ended.
   */
  input(pane: string, source: string, seq: number, bytes: Uint8Array, eof = false): Promise<void> {
    const header: ToHolder = { t: 'input', pane, source, seq, ...(eof && { eof }) };
    return this.#ask(this.#inputs, inputKey(source, seq), header, bytes);
  }

  /** A terminal query's answer; `ordinal` counts the answers that the output up to `offset` caused. */
  answer(pane: string, offset: number, ordinal: number, bytes: Uint8Array): void {
    this.#send({ t: 'answer', pane, offset, ordinal }, bytes);
  }

  resize(pane: string, cols: number, rows: number, id: number): void {
    this.#send({ t: 'resize', pane, cols, rows, id });
  }

  signal(pane: string, signal: number, to: 'foreground' | 'group' | 'process'): void {
    this.#send({ t: 'signal', pane, signal, to });
  }

  /** Begins output from these offsets on; one observation per connection and pane, a later one replaces it. */
  observe(pane: string, from: number, observer: PaneObserver, errFrom?: number): Observation {
    this.#observers.set(pane, observer);
    this.#send({ t: 'observe', pane, from, ...(errFrom !== undefined && { errFrom }) });
    return {
      took: (offset, errOffset) =>
        this.#send({ t: 'took', pane, offset, ...(errOffset !== undefined && { errOffset }) }),
      dispose: () => {
        if (this.#observers.get(pane) !== observer) return;
        this.#observers.delete(pane);
        this.#send({ t: 'unobserve', pane });
      },
    };
  }

  /** A checkpoint covers the output up to these offsets: the holder may drop it. */
  free(pane: string, offset: number, errOffset?: number): void {
    this.#send({ t: 'free', pane, offset, ...(errOffset !== undefined && { errOffset }) });
  }

  /** The exit is recorded; or, with a live child: hang up on it. */
  forget(pane: string): void {
    this.#send({ t: 'forget', pane });
  }

  /** A child that is fed from a pane gets the end of its input. */
  unlink(pane: string): void {
    this.#send({ t: 'unlink', pane });
  }

  list(): Promise<readonly HeldPane[]> {
    const id = ++this.#lastId;
    return this.#ask(this.#lists, id, { t: 'list', id });
  }

  /** Folder and command in the foreground, as /proc tells now. @throws ZmxError when there is no such pane. */
  status(pane: string): Promise<{ cwd: string; command: string; pid: number }> {
    const id = ++this.#lastId;
    return this.#ask(this.#statuses, id, { t: 'status', pane, id });
  }

  guard(key: string, pid: number, note: string): void {
    this.#send({ t: 'guard', key, pid, note });
  }

  unguard(key: string): void {
    this.#send({ t: 'unguard', key });
  }

  /** How the holder starts the daemon again when this life line breaks. */
  respawn(argv: string[], cwd: string, env: Record<string, string>): void {
    this.#send({ t: 'respawn', argv, cwd, env });
  }

  /** The daemon ends on purpose. Resolves when the holder has read it. */
  async bye(options: { quit: boolean }): Promise<void> {
    if (!this.#open) return;
    const closed = this.closed.once();
    this.#send({ t: 'bye', quit: options.quit });
    this.#socket.end();
    await closed;
  }

  dispose(): void {
    this.#end(undefined);
  }

  #ask<K, T>(table: Map<K, Waiting<T>>, key: K, header: ToHolder, payload?: Uint8Array): Promise<T> {
    if (!this.#open) return Promise.reject(new ZmxError('EPIPE', 'the connection to the holder has ended'));
    const earlier = table.get(key);
    if (earlier) return earlier.promise;
    const asked = waiting<T>();
    table.set(key, asked);
    this.#send(header, payload);
    return asked.promise;
  }

  #send(header: ToHolder, payload?: Uint8Array): void {
    if (!this.#open) return;
    const bytes = payload?.length ?? 0;
    if (!payload || bytes === 0) {
      this.#socket.write(encodeFrameHead(header));
      return;
    }
    this.#socket.cork();
    this.#socket.write(encodeFrameHead(header, bytes));
    this.#socket.write(payload);
    this.#socket.uncork();
  }

  #receive(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        if (!this.#open) return;
        if (this.#early) this.#early.push(frame);
        else this.#dispatch(frame);
      }
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #dispatchEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const frame of early) if (this.#open) this.#dispatch(frame);
  }

  #dispatch({ header, payload }: Frame): void {
    // A boundary: the holder is ours and its protocol frozen, so its headers are taken at their word.
    const message = header as unknown as FromHolder;
    switch (message.t) {
      case 'welcome':
        this.#greeting?.resolve(message);
        this.#greeting = undefined;
        this.#early = [];
        setImmediate(() => this.#dispatchEarly());
        return;
      case 'output':
        this.#observers.get(message.pane)?.output(payload, message.offset, message.err ?? false);
        return;
      case 'resized':
        this.#observers.get(message.pane)?.resized?.(message);
        return;
      case 'exited':
        if (message.observed)
          this.#observers.get(message.pane)?.exited(message.exit, message.offset, message.errOffset ?? 0);
        this.exited.emit(message);
        return;
      case 'spawned':
        settle(this.#spawns, message.op)?.resolve({
          pid: message.pid,
          tty: message.tty,
          linked: message.linked ?? false,
        });
        return;
      case 'spawn-failed':
        settle(this.#spawns, message.op)?.reject(
          new ZmxError(message.code, message.message, { call: 'spawn' }),
        );
        return;
      case 'took-input': {
        const asked = settle(this.#inputs, inputKey(message.source, message.seq));
        if (message.done) asked?.resolve();
        else asked?.reject(new ZmxError('EPIPE', message.why ?? 'the input was not taken'));
        return;
      }
      case 'panes':
        settle(this.#lists, message.id)?.resolve(message.panes);
        return;
      case 'status':
        settle(this.#statuses, message.id)?.resolve(message);
        return;
      case 'gone':
        this.gone.emit({ key: message.key, note: message.note });
        return;
      case 'error': {
        const asked = message.id === undefined ? undefined : settle(this.#statuses, message.id);
        if (asked) asked.reject(new ZmxError(message.code, message.message, { call: message.about }));
        else this.failed.emit(message);
        return;
      }
      default:
      // a newer holder's message: ignored by the protocol's rule
    }
  }

  #end(error: Error | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.destroy();
    const reason = error ?? new ZmxError('EPIPE', 'the connection to the holder was closed');
    this.#greeting?.reject(reason);
    for (const table of [this.#spawns, this.#inputs, this.#lists, this.#statuses]) {
      for (const asked of table.values()) asked.reject(reason);
      table.clear();
    }
    this.#observers.clear();
    this.closed.emit(error);
  }
}

function inputKey(source: string, seq: number): string {
  return `${seq} ${source}`;
}

function waiting<T>(): Waiting<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((...settlers) => {
    [resolve, reject] = settlers;
  });
  return { promise, resolve, reject };
}

function settle<K, T>(table: Map<K, Waiting<T>>, key: K): Waiting<T> | undefined {
  const waiting = table.get(key);
  table.delete(key);
  return waiting;
}
