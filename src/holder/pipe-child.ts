import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { native } from '../base/native.ts';
import type { Child, ChildEvents, ChildRequest } from './child.ts';
import { drain } from './drain.ts';
import { readInto } from './read-into.ts';
import { startChild } from './start-child.ts';

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * A child in a session of its own with stdin, stdout and stderr apart.
 *
 * Real pipes, not node's `stdio: 'pipe'`, which makes sockets: on those the usual
 * `echo text > /dev/stderr` fails with ENXIO.
 */
export class PipeChild implements Child {
  readonly pid: number;
  readonly tty = '';
  readonly #stdin: Socket;
  readonly #stdout: OutputPipe;
  readonly #stderr: OutputPipe;

  /** @throws ZmxError or a system error when the kernel refuses another process or pipe. */
  constructor(request: ChildRequest, events: ChildEvents) {
    const [stdin, stdout, stderr] = makePipes(3) as [Pipe, Pipe, Pipe];
    if (request.noInput) stdin[0] = instead(stdin[0]);
    try {
      this.pid = startChild(request, [stdin[0], stdout[1], stderr[1]], (exit) => {
        this.#stdin.destroy();
        this.#stdout.finish();
        this.#stderr.finish();
        events.exited(exit);
      });
    } catch (error) {
      for (const fd of [stdin[1], stdout[0], stderr[0]]) closeSync(fd);
      throw error;
    } finally {
      for (const fd of [stdin[0], stdout[1], stderr[1]]) closeSync(fd);
    }
    this.#stdin = new Socket({ fd: stdin[1], readable: false, writable: true });
    // A child that closes its stdin fails the writes, whose callbacks say so.
    this.#stdin.on('error', () => {});
    this.#stdout = new OutputPipe(stdout[0], (bytes) => events.output(bytes, false));
    this.#stderr = new OutputPipe(stderr[0], (bytes) => events.output(bytes, true));
  }

  get waitingInputBytes(): number {
    return this.#stdin.writableLength;
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#stdin.write(bytes, done);
  }

  endInput(): void {
    // Not end(): its shutdown(2) is for sockets only. An empty write's turn comes after all before it.
    this.#stdin.write('', () => this.#stdin.destroy());
  }

  pause(err: boolean): void {
    (err ? this.#stderr : this.#stdout).pause();
  }

  resume(err: boolean): void {
    (err ? this.#stderr : this.#stdout).resume();
  }

  resize(): void {}
}

/** The read end of stdout or stderr. */
class OutputPipe {
  readonly #fd: number;
  readonly #socket: Socket;
  #output: ((bytes: Uint8Array) => void) | undefined;
  #open = true;

  constructor(fd: number, output: (bytes: Uint8Array) => void) {
    this.#fd = fd;
    this.#output = output;
    this.#socket = new Socket({
      fd,
      readable: true,
      writable: false,
      ...readInto(readBuffer, (bytes) => this.#output?.(bytes)),
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#open = false;
    });
    this.#socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * Takes what is left. The pipe stays open as long as somebody writes to it, unheard:
   * a server that the command left in the background must not die of SIGPIPE.
   */
  finish(): void {
    const output = this.#output;
    if (!output) return;
    if (this.#open) drain(this.#fd, readBuffer, output);
    this.#output = undefined;
    this.#socket.resume();
  }
}

/** /dev/null in place of a read end, which is closed. */
function instead(readEnd: number): number {
  closeSync(readEnd);
  return openSync('/dev/null', 'r');
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
