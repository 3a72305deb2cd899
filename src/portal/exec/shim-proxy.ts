import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { bytesOf } from '../../base/byte-text.ts';
import type {
  CommandExit,
  CommandRequest,
  RemoteCommand,
  RemoteCommands,
} from '../../client/remote-commands.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { MAX_CELLS, ShimFrameReader, shimFrame, shimNumbers } from './shim-request.ts';
import { StopMarks } from './stop-marks.ts';

/** Input that the shim may read ahead of the remote; bytes. */
const INPUT_CREDIT_BYTES = 64 * 1024;
/** Signals whose sender wants an end. */
const ENDING: readonly number[] = (['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const).map(
  (name) => constants.signals[name],
);
/** Output that the shim has not written yet; bytes. Beyond it the remote's credit waits. */
const OUTPUT_AHEAD_BYTES = 256 * 1024;

/**
 * One remote command and the shim that stands for it here. When the shim dies, however,
 * the agent has killed its command: the remote's process tree is ended too.
 */
export class ShimProxy {
  readonly #socket: Socket;
  readonly #reader = new ShimFrameReader();
  #command: RemoteCommand | undefined;
  /** For a job of a shell here. */
  #stops: StopMarks | undefined;
  #ahead = 0;
  readonly #room: (() => void)[] = [];
  #ended = false;
  readonly #isLinked: () => boolean;

  /** @param isLinked whether the remote can be reached now. */
  constructor(socket: Socket, isLinked: () => boolean) {
    this.#socket = socket;
    this.#isLinked = isLinked;
    socket.on('data', (piece: Buffer) => {
      try {
        for (const { type, data } of this.#reader.push(piece)) this.#take(type, data);
      } catch {
        socket.destroy();
      }
    });
    socket.once('close', () => this.#closed());
  }

  /** Starts the command and passes bytes until its last one has been written by the shim. */
  async run(commands: RemoteCommands, request: CommandRequest): Promise<CommandExit> {
    if (this.#ended || this.#socket.destroyed)
      throw new ZmxError('gone', 'the command was killed before it began');
    if (request.job !== undefined) this.#stops = new StopMarks(request.job);
    const command = commands.start(request, (stream, bytes) => this.#output(stream, bytes));
    this.#command = command;
    const begin = [shimFrame('R', new Uint8Array(0))];
    if (request.stdin || request.tty) begin.push(shimNumbers('c', INPUT_CREDIT_BYTES));
    this.#socket.write(Buffer.concat(begin)); // at once: the shim wakes up once
    return command.exit;
  }

  /** The command is over: the shim ends with its status. */
  end(code: number, signal: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const rest = this.#stops?.end();
    if (rest && rest.length > 0) this.#socket.write(shimFrame('o', rest));
    this.#socket.end(shimNumbers('x', code, signal));
    void this.#command?.done();
  }

  /** The command's outcome is an error of ours: a line on stderr and status 255 (or the shell's for a program that is not there). */
  fail(thrown: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const error = ZmxError.info(thrown);
    const status = error.code === 'ENOENT' ? 127 : error.code === 'EACCES' ? 126 : 255;
    const line = bytesOf(`zmx portal: ${error.message}\n`);
    if (this.#command) {
      this.#socket.write(shimFrame('e', line));
      this.#socket.end(shimNumbers('x', status, 0));
      void this.#command.done();
    } else this.#socket.end(shimFrame('E', Buffer.concat([Buffer.from([status, 0, 0, 0]), line])));
  }

  dispose(): void {
    this.#socket.destroy();
  }

  async #output(stream: 1 | 2, bytes: Uint8Array): Promise<void> {
    for (const piece of this.#stops?.split(bytes) ?? [bytes]) {
      if (piece === 'stopped') this.#socket.write(shimFrame('z', new Uint8Array(0)));
      else {
        this.#ahead += piece.length;
        this.#socket.write(shimFrame(stream === 1 ? 'o' : 'e', piece));
      }
    }
    while (this.#ahead > OUTPUT_AHEAD_BYTES && !this.#socket.destroyed)
      await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #take(type: string, data: Buffer): void {
    const command = this.#command;
    if (!command) return;
    if (type === 't') {
      this.#ahead -= data.readUInt32LE(0);
      this.#release();
    } else if (type === 'i') {
      if (data.length === 0) command.endInput();
      else
        command.input(Buffer.from(data)).then(
          () => this.#socket.write(shimNumbers('c', data.length)),
          () => {}, // the command has ended; so does this
        );
    } else if (type === 's') this.#signal(command, data.readUInt32LE(0));
    else if (type === 'w') command.resize(cells(data.readUInt32LE(4)), cells(data.readUInt32LE(0)));
  }

  /** While the remote is out of reach nobody is kept waiting by it: the command ends here, and there when it hears of it. */
  #signal(command: RemoteCommand, signal: number): void {
    command.signal(signal);
    if (!this.#isLinked() && ENDING.includes(signal)) this.end(128 + signal, signal);
  }

  #release(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  #closed(): void {
    this.#release();
    if (!this.#ended) void this.#command?.done(); // killed here: `done` of a running command ends it there
  }
}

function cells(count: number): number {
  return Math.min(MAX_CELLS, Math.max(1, count));
}
