import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Child, ChildEvents, ChildRequest } from './child.ts';
import { drain, tryRead } from './drain.ts';
import { startChild } from './start-child.ts';

/** All pipes share it: what was read is copied before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * A child in a session of its own with stdin, stdout and stderr apart.
 *
 * Real pipes, not node's `stdio: 'pipe'`, which makes sockets: on those the usual
 * `echo text > /dev/stderr` fails with ENXIO. Read without node's sockets too: to make
 * three of them takes longer than many a command.
 */
export class PipeChild implements Child {
  readonly pid: number;
  readonly tty = '';
  readonly #stdin: InputPipe | undefined;
  readonly #stdout: OutputPipe;
  readonly #stderr: OutputPipe;

  /** @throws ZmxError or a system error when the kernel refuses another process or pipe. */
  constructor(request: ChildRequest, events: ChildEvents) {
    const input = request.noInput ? noInput() : undefined; // before the pipes, which would stay open if that failed
    const [stdout, stderr, stdin] = makePipes(request.noInput ? 2 : 3);
    const given = [input ?? stdin![0], stdout![1], stderr![1]] as const;
    try {
      this.pid = startChild(request, given, (exit) => {
        this.#stdin?.close();
        this.#stdout.finish();
        this.#stderr.finish();
        events.exited(exit);
      });
    } catch (error) {
      for (const fd of [stdout![0], stderr![0], ...(stdin ? [stdin[1]] : [])]) closeSync(fd);
      throw error;
    } finally {
      for (const fd of stdin ? given : given.slice(1)) closeSync(fd);
    }
    this.#stdin = stdin && new InputPipe(stdin[1]);
    this.#stdout = new OutputPipe(stdout![0], (bytes) => events.output(bytes, false));
    this.#stderr = new OutputPipe(stderr![0], (bytes) => events.output(bytes, true));
  }

  get waitingInputBytes(): number {
    return this.#stdin?.waitingBytes ?? 0;
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.#stdin) this.#stdin.write(bytes, done);
    else done(new ZmxError('EPIPE', 'the program has no input'));
  }

  endInput(): void {
    this.#stdin?.end();
  }

  pause(err: boolean): void {
    (err ? this.#stderr : this.#stdout).pause();
  }

  resume(err: boolean): void {
    (err ? this.#stderr : this.#stdout).resume();
  }

  resize(): void {}
}

/** The write end of stdin: a socket of node's from the first byte on, which most commands never get. */
class InputPipe {
  readonly #fd: number;
  #socket: Socket | undefined;
  #open = true;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get waitingBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  write(bytes: Uint8Array | string, done: (error?: Error | null) => void): void {
    if (!this.#socket && this.#open) {
      this.#socket = new Socket({ fd: this.#fd, readable: false, writable: true });
      // A child that closes its stdin fails the writes, whose callbacks say so.
      this.#socket.on('error', () => {});
    }
    if (this.#socket) this.#socket.write(bytes, done);
    else done(new ZmxError('EPIPE', 'the program has ended'));
  }

  /** After what was written. Not the socket's end(): its shutdown(2) is for sockets only. */
  end(): void {
    if (this.#socket) this.#socket.write('', () => this.close());
    else this.close();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#socket) this.#socket.destroy();
    else closeSync(this.#fd);
  }
}

/** The read end of stdout or stderr. */
class OutputPipe {
  readonly #fd: number;
  #output: ((bytes: Uint8Array) => void) | undefined;
  #open = true;
  #stopWatching: (() => void) | undefined;

  constructor(fd: number, output: (bytes: Uint8Array) => void) {
    this.#fd = fd;
    this.#output = output;
    native().setNonblocking(fd);
    this.resume();
  }

  pause(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  resume(): void {
    if (this.#open) this.#stopWatching ??= native().onReadable(this.#fd, () => this.#read());
  }

  /**
   * Takes what is left. The pipe stays open as long as somebody writes to it, unheard:
   * a server that the command left in the background must not die of SIGPIPE.
   */
  finish(): void {
    const output = this.#output;
    if (!output || !this.#open) return;
    const ended = drain(this.#fd, readBuffer, output);
    this.#output = undefined;
    if (ended) this.#close();
    else this.resume();
  }

  /** One piece at a time, so that a flood does not keep the others waiting. */
  #read(): void {
    const length = tryRead(this.#fd, readBuffer);
    if (length === 0) this.#close();
    else if (length !== undefined) this.#output?.(readBuffer.subarray(0, length));
  }

  #close(): void {
    this.pause();
    this.#open = false;
    closeSync(this.#fd);
  }
}

let devNull: number | undefined;

/** /dev/null, which stays open: children get copies of it. */
function noInput(): number {
  devNull ??= openSync('/dev/null', 'r');
  return devNull;
}

type Pipe = [read: number, write: number];

function makePipes(count: number): Pipe[] {
  const pipes: Pipe[] = [];
  try {
    while (pipes.length < count) pipes.push(native().pipe());
  } catch (error) {
    for (const fd of pipes.flat()) closeSync(fd);
    throw error;
  }
  return pipes;
}
