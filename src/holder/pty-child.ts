import { closeSync, constants, openSync } from 'node:fs';
import nodeModule from 'node:module';
import { ReadStream } from 'node:tty';
import { nativePath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type Child, type ChildEvents, type ChildRequest, exitStatus, runChildArguments } from './child.ts';
import { drain } from './drain.ts';
import { InputWriter } from './input-writer.ts';
import { readInto } from './read-into.ts';

/**
 * node-pty's native part (exact version in package.json), which its types do not
 * show. Not its UnixTerminal class: that closes the master 200 ms after the exit
 * whatever is unread, retries a full terminal in a busy loop, tells nobody when
 * bytes were written, and changes TERM and PWD.
 */
interface NodePty {
  fork(
    file: string,
    args: string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number): void;
}

const require = nodeModule.createRequire(import.meta.url);
let nodePty: NodePty | undefined;

/** PTY reads give 4 KiB at most, one at a time: all terminals share this. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** A child on a terminal of its own, as its session's leader. */
export class PtyChild implements Child {
  readonly pid: number;
  readonly tty: string;
  readonly #fd: number;
  /** Kept open so that the master never hangs up while the child lives or has just ended. */
  readonly #slave: number;
  readonly #master: ReadStream;
  readonly #input: InputWriter;
  readonly #events: ChildEvents;
  #masterOpen = true;

  /** @throws ZmxError when the kernel refuses another terminal or process. */
  constructor(request: ChildRequest, size: { cols: number; rows: number }, events: ChildEvents) {
    nodePty ??= (require('node-pty/lib/utils') as Loader).loadNativeModule('pty').module;
    this.#events = events;
    const env = Object.entries(request.env).map(([name, value]) => `${name}=${value}`);
    let forked: ReturnType<NodePty['fork']>;
    let ended: (code: number, signal: number) => void = () => {};
    try {
      forked = nodePty.fork(
        nativePath('run-child'),
        runChildArguments(request),
        env,
        '/',
        size.cols,
        size.rows,
        -1,
        -1,
        true,
        '',
        (code, signal) => ended(code, signal),
      );
    } catch {
      throw refusal(request.file);
    }
    try {
      this.#slave = openSync(forked.pty, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    } catch (error) {
      process.kill(forked.pid, 'SIGKILL');
      closeSync(forked.fd);
      throw error;
    }
    this.pid = forked.pid;
    this.tty = forked.pty;
    this.#fd = forked.fd;
    ended = (code, signal) => this.#end(code, signal);
    this.#input = new InputWriter(forked.fd);
    this.#master = new ReadStream(
      forked.fd,
      readInto(readBuffer, (bytes) => events.output(bytes, false)),
    );
    this.#master.on('close', () => {
      this.#input.close();
      this.#masterOpen = false;
    });
    // Its child's exit says what there is to say.
    this.#master.on('error', () => {});
    this.#master.resume();
  }

  get waitingInputBytes(): number {
    return this.#input.waitingBytes;
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#input.write(bytes, done);
  }

  endInput(): void {}

  pause(): void {
    this.#master.pause();
  }

  resume(): void {
    this.#master.resume();
  }

  resize(cols: number, rows: number): void {
    if (this.#masterOpen) nodePty?.resize(this.#fd, cols, rows);
  }

  #end(code: number, signal: number): void {
    if (this.#masterOpen) {
      this.#master.pause();
      drain(this.#fd, readBuffer, (bytes) => this.#events.output(bytes, false));
    }
    this.#input.close();
    this.#master.destroy();
    closeSync(this.#slave);
    this.#events.exited(exitStatus(code, signal));
  }
}

interface Loader {
  loadNativeModule(name: string): { module: NodePty };
}

/** node-pty says only that forkpty failed: a try at another terminal tells why. */
function refusal(file: string): ZmxError {
  try {
    closeSync(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EAGAIN';
    return new ZmxError(
      code,
      `cannot start ${file}: no terminal is left (${code}); close some panes or raise kernel.pty.max`,
    );
  }
  return new ZmxError(
    'EAGAIN',
    `cannot start ${file}: too many processes, or no memory; end some or raise ulimit -u`,
  );
}
