import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { posix } from 'node:path';
import { bytesOf } from '../../base/byte-text.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { CommandExit, CommandRequest, RemoteCommands } from '../../client/remote-commands.ts';
import type { ZmxError } from '../../protocol/errors.ts';
import { type CarriedFile, type RemoteSurroundings, remoteCommand } from './remote-command.ts';
import { remoteEnvironment } from './remote-environment.ts';
import { decide, isShared, type RuleSurroundings, type Verdict } from './rules.ts';
import { ShimProxy } from './shim-proxy.ts';
import { environmentOf, parseRequest, requestLength, type ShimRequest, shimFrame } from './shim-request.ts';

/** What the broker asks of the portal's files around each command. */
export interface FileSide {
  /** Brings every write of the agent to the remote; resolves with the files sessions and their last mutations. */
  flush(): Promise<Pick<CommandRequest, 'root' | 'also'>>;
  /** Resolves when everything up to the change clocks of this exit is seen by whoever reads here. */
  revalidate(exit: Pick<CommandExit, 'clock' | 'clocks'>): Promise<void>;
  /** An absolute path without links. */
  locate(path: string): Promise<string>;
  /** Sends files of this machine on their way to the scratch folder; the next flush has them in it. */
  carry(readFiles: readonly CarriedFile[]): void;
  /** Writes a file of this machine that a command has made on the remote. */
  writeSideFile(path: string, content: Uint8Array): void;
}

export interface BrokerOptions {
  readonly socketPath: string;
  readonly portal: string;
  readonly around: RuleSurroundings & RemoteSurroundings;
  readonly commands: RemoteCommands;
  readonly files: FileSide;
  /** Whether the remote can be reached now. */
  isLinked(): boolean;
  /** Calls back when the remote has been out of reach for too long from now on. */
  whenOutOfReach(giveUp: (error: ZmxError) => void): Disposable;
  /** The program of this machine that the shim stands for; undefined: there is none. */
  realProgram(request: ShimRequest): string | undefined;
  /** Told of each decision, for the log that `zmx portal` keeps. */
  decided?(request: ShimRequest, verdict: Verdict): void;
}

/**
 * Answers the shims of one portal. A process-wide server and not a thread for each
 * command: what it does per command is to decide, and to pass bytes on.
 */
export class Broker implements Disposable {
  readonly #options: BrokerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  // An agent gives nearly every command the environment of the one before.
  readonly #environmentHere = keepLast(environmentOf);
  readonly #environmentThere: (env: ShimRequest['env']) => Record<string, string>;

  private constructor(options: BrokerOptions) {
    this.#options = options;
    this.#environmentThere = keepLast((env) => remoteEnvironment(env, options.around));
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options);
    await new Promise<void>((resolve, reject) => {
      broker.#server.once('error', reject);
      broker.#server.listen(options.socketPath, resolve);
    });
    chmodSync(options.socketPath, 0o600);
    return broker;
  }

  dispose(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let buffer: Buffer = Buffer.alloc(0);
    const collect = (piece: Buffer) => {
      buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
      try {
        const length = requestLength(buffer);
        if (length === undefined || buffer.length < length) return;
        socket.off('data', collect);
        const request = parseRequest(buffer.subarray(0, length), this.#environmentHere);
        this.#answer(socket, request).catch(() => socket.destroy());
      } catch {
        socket.destroy(); // not one of our shims
      }
    };
    socket.on('data', collect);
  }

  async #answer(socket: Socket, asked: ShimRequest): Promise<void> {
    const request = this.#isElsewhere(asked) ? await this.#located(asked) : asked;
    if (socket.destroyed) return; // killed meanwhile
    const verdict = decide(request, this.#options.around);
    setImmediate(() => this.#options.decided?.(request, verdict)); // the command does not wait for a line in a log
    if (verdict.where === 'local') {
      this.#runHere(socket, request);
      return;
    }
    const proxy = new ShimProxy(socket, this.#options.isLinked);
    const patience = this.#options.whenOutOfReach((error) => proxy.fail(error));
    socket.once('close', () => patience.dispose());
    this.#runThere(proxy, request).catch((error: unknown) => proxy.fail(error));
  }

  /** An executable of the project, by a path that does not look so: through a link of this machine. */
  #isElsewhere({ argv, file, cwd }: ShimRequest): boolean {
    const { around } = this.#options;
    return argv[0] === around.shimPath && !isShared(posix.resolve(cwd, file), around);
  }

  async #located(request: ShimRequest): Promise<ShimRequest> {
    const file = await this.#options.files.locate(posix.resolve(request.cwd, request.file));
    const [shim = '', , ...rest] = request.argv;
    return { ...request, file, argv: [shim, file, ...rest] };
  }

  #runHere(socket: Socket, request: ShimRequest): void {
    // The project's own: only the shim can get at it without being started in its place again.
    if (request.argv[0] === this.#options.around.shimPath) {
      socket.end(shimFrame('P', Buffer.alloc(0)));
      return;
    }
    const program = this.#options.realProgram(request);
    if (program !== undefined) {
      socket.end(shimFrame('L', Buffer.from(program)));
      return;
    }
    const name = posix.basename(request.file);
    const line = `${name}: not found on this machine (it is on the remote only)\n`;
    socket.end(shimFrame('E', Buffer.concat([Buffer.from([127, 0, 0, 0]), bytesOf(line)])));
  }

  async #runThere(proxy: ShimProxy, request: ShimRequest): Promise<void> {
    const { files, commands, portal, around } = this.#options;
    const { sideFiles, readFiles, ...command } = remoteCommand(request, around, this.#environmentThere);
    files.carry(readFiles);
    const roots = await files.flush();
    const exit = await proxy.run(commands, { ...command, portal, ...roots });
    await files.revalidate(exit);
    sideFiles.forEach((path, index) => {
      const content = exit.collected[index];
      if (content && content.length > 0) files.writeSideFile(path, content);
    });
    proxy.end(exit.code, exit.signal);
  }
}

/** The same function, which keeps its last result for the case that it is asked for it again. */
function keepLast<A, R>(compute: (argument: A) => R): (argument: A) => R {
  let last: { readonly argument: A; readonly result: R } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: compute(argument) };
    return last.result;
  };
}
