import { setTimeout as sleep } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import type { Disposable } from '../base/disposable.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body } from '../protocol/message.ts';
import {
  EXEC_DONE,
  EXEC_EXIT,
  EXEC_INPUT,
  EXEC_INPUT_TAKEN,
  EXEC_OUTPUT,
  EXEC_RESUME,
  EXEC_SIGNAL,
  EXEC_SIZE,
  EXEC_START,
  EXEC_STARTED,
  EXEC_TAKEN,
} from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';

/** Input that the command has not taken yet: what a person or a pipe may be ahead by. Bytes. */
const INPUT_WINDOW_BYTES = 256 * 1024;
/** One piece of input: small enough that a key does not wait behind it for long. Bytes. */
const INPUT_PIECE_BYTES = 32 * 1024;
/** Output is confirmed at least this often, so that the remote's credit does not run dry. Bytes. */
const CONFIRM_BYTES = 64 * 1024;
/**
 * Commands that have ended are forgotten there so much later, all together: a message for each would
 * be on the line just before the next command, which it could hold up. ms.
 */
const FORGET_AFTER_MS = 500;

export type CommandRequest = Omit<Body<typeof EXEC_START>, 'id' | 'op' | 'boot' | 'brief'>;
export type CommandExit = Omit<Body<typeof EXEC_EXIT>, 're' | 'op'> & {
  /** Content of the files that were to be collected, in order; empty where there was none. */
  readonly collected: readonly Uint8Array[];
};

/** Where a command's output goes. The promise holds it back: until it resolves, no more than the credit comes. */
export type OutputSink = (stream: 1 | 2, bytes: Uint8Array) => Promise<void> | void;

/**
 * Commands on the other end of a connection. Each survives reconnections and restarts
 * of the remote daemon: its output is resumed by offset, its input by number, and its
 * start by operation id.
 */
export class RemoteCommands implements Disposable {
  readonly #connection: Connection;
  readonly #running = new Map<string, RemoteCommand>();
  readonly #listening: Disposable[];
  #forgetting: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#listening = [
      connection.received.on(({ definition, body, payload }) => {
        if (definition === EXEC_OUTPUT)
          this.#running
            .get((body as Body<typeof EXEC_OUTPUT>).op)
            ?.output(body as Body<typeof EXEC_OUTPUT>, payload[0]!);
        else if (definition === EXEC_EXIT)
          this.#running
            .get((body as Body<typeof EXEC_EXIT>).op)
            ?.exited({ ...(body as Body<typeof EXEC_EXIT>), collected: payload });
        else if (definition === EXEC_INPUT_TAKEN)
          this.#running
            .get((body as Body<typeof EXEC_INPUT_TAKEN>).op)
            ?.inputTaken(body as Body<typeof EXEC_INPUT_TAKEN>);
      }),
      connection.epochChanged.on(({ first }) => {
        if (!first) for (const command of this.#running.values()) command.resume();
      }),
      connection.stateChanged.on(() => {
        for (const command of this.#running.values()) command.noteBoot();
      }),
    ];
  }

  /** Starts a command once; its end is `command.exit`. */
  start(request: CommandRequest, sink: OutputSink): RemoteCommand {
    const command = new RemoteCommand(this.#connection, nanoid(), sink, {
      forget: () => this.#running.delete(command.op),
      mayBeForgotten: () => this.#mayBeForgotten(),
    });
    this.#running.set(command.op, command);
    command.start(request);
    return command;
  }

  #mayBeForgotten(): Promise<void> {
    this.#forgetting ??= sleep(FORGET_AFTER_MS, undefined, { ref: false }).finally(() => {
      this.#forgetting = undefined;
    });
    return this.#forgetting;
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
  }
}

/** What a command asks of those beside it. */
interface Siblings {
  /** It is no longer one of those that run. */
  forget(): void;
  /** Resolves when the remote is told next of commands that have ended. */
  mayBeForgotten(): Promise<void>;
}

export class RemoteCommand {
  readonly op: string;
  /** Resolves when it runs on the remote. @throws ZmxError when it could not be started. */
  readonly started: Promise<void>;
  /** Resolves after the sink has taken the last byte. @throws ZmxError `unknown-outcome` and the like. */
  readonly exit: Promise<CommandExit>;
  readonly #connection: Connection;
  readonly #sink: OutputSink;
  readonly #siblings: Siblings;
  readonly #received = { out: 0, err: 0 };
  readonly #taken = { out: 0, err: 0 };
  #confirmed = 0;
  #sinking: Promise<void> = Promise.resolve();
  #end: CommandExit | undefined;
  #isStarted = false;
  #askedBoot: string | undefined;
  readonly #inputs: { seq: number; bytes: Uint8Array; eof: boolean }[] = [];
  #inputBytes = 0;
  #inputSeq = 0;
  #inputClosed = false;
  readonly #inputRoom: (() => void)[] = [];
  /** Size that its terminal was given last. */
  #size: { readonly cols: number; readonly rows: number } | undefined;
  /** Aborted when nobody wants it to begin any more. */
  readonly #wanted = new AbortController();
  #settleStart!: { resolve: () => void; reject: (error: unknown) => void };
  #settleExit!: { resolve: (exit: CommandExit) => void; reject: (error: unknown) => void };

  constructor(connection: Connection, op: string, sink: OutputSink, siblings: Siblings) {
    this.#connection = connection;
    this.op = op;
    this.#sink = sink;
    this.#siblings = siblings;
    this.started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.exit = new Promise((resolve, reject) => {
      this.#settleExit = { resolve, reject };
    });
    this.started.catch(() => {}); // whoever waits only for the exit is told there
    this.exit.catch(() => {});
  }

  start(request: CommandRequest): void {
    const { signal } = this.#wanted;
    // Encoded anew for each epoch: a repetition says which boot has been asked first.
    const askedBoot = () => this.#askedBoot;
    const body = {
      ...request,
      op: this.op,
      brief: true,
      get boot() {
        return askedBoot();
      },
    };
    this.noteBoot();
    this.#connection.request(EXEC_START, body, { signal }).then(
      ({ body, definition, payload }) => {
        const error = definition === EXEC_STARTED ? (body as Body<typeof EXEC_STARTED>).error : undefined;
        if (error) return this.#fail(ZmxError.from(error));
        this.#isStarted = true;
        this.#settleStart.resolve();
        if (definition === EXEC_EXIT)
          return this.exited({ ...(body as Body<typeof EXEC_EXIT>), collected: payload });
        for (const { seq, bytes, eof } of this.#inputs) this.#sendInput(seq, bytes, eof);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** Sends input; resolves when there is room for more. */
  async input(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += INPUT_PIECE_BYTES)
      this.#queueInput(bytes.subarray(at, at + INPUT_PIECE_BYTES), false);
    while (this.#inputBytes > INPUT_WINDOW_BYTES && !this.#inputClosed)
      await new Promise<void>((resolve) => this.#inputRoom.push(resolve));
  }

  /** End of input. */
  endInput(): void {
    this.#queueInput(new Uint8Array(0), true);
  }

  /** Reaches the command at least once, whatever is lost on the way: whoever ends it must not wait in vain. */
  signal(signal: number): void {
    this.#connection.request(EXEC_SIGNAL, { op: this.op, signal }).catch(() => {}); // the connection has ended, and so will the command
  }

  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    this.#connection.send(EXEC_SIZE, { op: this.op, cols, rows });
  }

  /**
   * Everything about the command has been dealt with here: the remote is to forget it, or
   * to end it if it still runs. Resolves when the remote has, whatever is lost on the way.
   */
  async done(): Promise<void> {
    this.#siblings.forget();
    if (!this.#isStarted) this.#wanted.abort();
    if (this.#end) await this.#siblings.mayBeForgotten();
    await this.#connection.request(EXEC_DONE, { op: this.op }).catch(() => {}); // the connection has ended: its portal is ended by others
  }

  /**
   * From now on the present boot of the host may have been asked to start it: another one without a record
   * of that, which a power cut may have taken, must not run it again.
   */
  noteBoot(): void {
    if (this.#connection.state.kind === 'live') this.#askedBoot ??= this.#connection.boot;
  }

  resume(): void {
    if (!this.#isStarted) return; // the request for its start is sent again by itself
    this.#connection.request(EXEC_RESUME, { op: this.op, ...this.#received }).then(
      () => {
        if (this.#size) this.#connection.send(EXEC_SIZE, { op: this.op, ...this.#size });
        for (const { seq, bytes, eof } of this.#inputs) this.#sendInput(seq, bytes, eof);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  output({ stream, offset }: Body<typeof EXEC_OUTPUT>, bytes: Uint8Array): void {
    const name = stream === 1 ? 'out' : 'err';
    const known = this.#received[name] - offset;
    if (known < 0 || known >= bytes.length) return; // seen before, or after a gap: a resume has been or will be asked for
    const fresh = bytes.subarray(known);
    this.#received[name] += fresh.length;
    this.#sinking = this.#sinking.then(async () => {
      await this.#sink(stream, fresh);
      this.#taken[name] += fresh.length;
      this.#confirm();
    });
    this.#sinking.catch((error: unknown) => this.#fail(error));
    this.#finish();
  }

  exited(exit: CommandExit): void {
    this.#end = exit;
    this.#finish();
  }

  inputTaken({ seq, closed }: Body<typeof EXEC_INPUT_TAKEN>): void {
    if (closed) this.#inputClosed = true;
    while (this.#inputs[0] && (this.#inputs[0].seq <= seq || closed))
      this.#inputBytes -= this.#inputs.shift()!.bytes.length;
    for (const resolve of this.#inputRoom.splice(0)) resolve();
  }

  #queueInput(bytes: Uint8Array, eof: boolean): void {
    if (this.#inputClosed) return;
    const seq = ++this.#inputSeq;
    this.#inputs.push({ seq, bytes, eof });
    this.#inputBytes += bytes.length;
    if (this.#isStarted) this.#sendInput(seq, bytes, eof);
  }

  #sendInput(seq: number, bytes: Uint8Array, eof: boolean): void {
    this.#connection.send(EXEC_INPUT, { op: this.op, seq, eof }, [bytes], 'bulk');
  }

  #confirm(): void {
    const taken = this.#taken.out + this.#taken.err;
    // Behind the end nothing waits for credit, and what is kept there goes with the command.
    if (taken - this.#confirmed < CONFIRM_BYTES || this.#end) return;
    this.#confirmed = taken;
    this.#connection.send(EXEC_TAKEN, { op: this.op, ...this.#taken });
  }

  /** The exit comes on another lane than the output: it counts when the last byte is there. */
  #finish(): void {
    const end = this.#end;
    if (!end || this.#received.out < end.out || this.#received.err < end.err) return;
    const conclude = () => {
      this.#inputClosed = true;
      for (const resolve of this.#inputRoom.splice(0)) resolve();
      if (end.unknown !== undefined) this.#fail(new ZmxError('unknown-outcome', end.unknown));
      else this.#settleExit.resolve(end);
    };
    this.#sinking.then(conclude, () => {}); // a sink that failed has failed the command already
  }

  #fail(error: unknown): void {
    this.#inputClosed = true;
    for (const resolve of this.#inputRoom.splice(0)) resolve();
    this.#settleStart.reject(error);
    this.#settleExit.reject(error);
    this.#siblings.forget();
  }
}
