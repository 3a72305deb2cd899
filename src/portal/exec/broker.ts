import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { posix } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import type { RemoteCommands } from '../../client/remote-commands.ts';
import type { AgentProfile } from '../agents/profile.ts';
import { remoteEnvironment } from './remote-environment.ts';
import { decide, describe, type RuleSurroundings, takesInput, type Verdict } from './rules.ts';
import { ShimProxy } from './shim-proxy.ts';
import { parseRequest, requestLength, type ShimRequest, shimFrame } from './shim-request.ts';

/** What the broker asks of the portal's files around each command. */
export interface FileSide {
  /** Brings every write of the agent to the remote; resolves with the files session and its last mutation. */
  flush(): Promise<{ readonly session: string; readonly after: number }>;
  /** Resolves when everything up to this change clock is seen by whoever reads here. */
  revalidate(clock: number): Promise<void>;
  /** Copies a file from the remote's scratch folder to a path of this machine, if it exists there. */
  fetchSideFile(scratchName: string, localPath: string): Promise<void>;
}

export interface BrokerOptions {
  readonly socketPath: string;
  readonly portal: string;
  readonly around: RuleSurroundings;
  readonly agent: AgentProfile;
  readonly scratch: string;
  readonly commands: RemoteCommands;
  readonly files: FileSide;
  /** Environment that the agent was started with. */
  readonly agentEnv: ReadonlyMap<string, string>;
  /** The program behind a shim on this machine; undefined: there is none. */
  realProgram(file: string, request: ShimRequest): string | undefined;
  /** One line for the user. */
  notice(line: string): void;
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
  readonly #proxies = new Set<ShimProxy>();

  private constructor(options: BrokerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: false }, (socket) => this.#accept(socket));
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
    for (const proxy of this.#proxies) proxy.dispose();
  }

  #accept(socket: Socket): void {
    let buffer: Buffer = Buffer.alloc(0);
    const collect = (piece: Buffer) => {
      buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
      try {
        const length = requestLength(buffer);
        if (length === undefined || buffer.length < length) return;
        socket.off('data', collect);
        this.#answer(socket, parseRequest(buffer.subarray(0, length)));
      } catch {
        socket.destroy(); // not one of our shims
      }
    };
    socket.on('data', collect);
    socket.on('error', () => socket.destroy());
  }

  #answer(socket: Socket, request: ShimRequest): void {
    const { around } = this.#options;
    const verdict = decide(request, around);
    this.#options.decided?.(request, verdict);
    if (verdict.where === 'local') {
      this.#runHere(socket, request);
      return;
    }
    const proxy = new ShimProxy(socket);
    this.#proxies.add(proxy);
    socket.once('close', () => this.#proxies.delete(proxy));
    this.#runThere(proxy, request).catch((error: unknown) => proxy.fail(error));
  }

  #runHere(socket: Socket, request: ShimRequest): void {
    const program = this.#options.realProgram(request.file, request);
    const name = posix.basename(request.file);
    if (program === undefined) {
      const message = Buffer.concat([
        Buffer.from([127, 0, 0, 0]),
        Buffer.from(`${name}: not found on this machine (it is on the remote only)\n`, 'latin1'),
      ]);
      socket.end(shimFrame('E', message));
    } else socket.end(shimFrame('L', Buffer.from(program, 'latin1')));
  }

  async #runThere(proxy: ShimProxy, request: ShimRequest): Promise<void> {
    const { agent, scratch, files, commands, portal, agentEnv, around } = this.#options;
    const command = describe(request, around);
    const { argv, login } = remoteArguments(request, command.name, around.shimPath);
    const side = sideFilesOf(argv, agent, scratch);
    const root = await files.flush();
    const terminal = request.terminal.stdin && request.terminal.stdout;
    const exit = await proxy.run(commands, {
      argv: side.argv,
      login,
      cwd: request.cwd,
      env: remoteEnvironment(request.env, agentEnv, agent.remoteEnv, scratch),
      stdin: takesInput(command),
      portal,
      root,
      ...(terminal && { tty: { cols: request.cols, rows: request.rows } }),
    });
    if (exit.clock !== undefined) await files.revalidate(exit.clock);
    for (const [name, path] of side.files) await files.fetchSideFile(name, path);
    proxy.end(exit.code, exit.signal);
  }
}

/** The command as the remote is to find it: by name where this side had it by a path of its own. */
function remoteArguments(
  request: ShimRequest,
  name: string,
  shimPath: string,
): { argv: string[]; login: boolean } {
  const [first = name, ...rest] = request.argv;
  // `#!SHIM`: the kernel puts the script's path second and drops the caller's argv[0]
  if (first === shimPath) return { argv: rest, login: false };
  const inProject = request.file.includes('/') && !/^\/(usr\/|s?bin\/|opt\/)/.test(request.file);
  return { argv: [inProject ? request.file : name, ...rest], login: first.startsWith('-') };
}

/** Replaces files of this machine that the command is to make by names in the scratch folder, and lists them. */
function sideFilesOf(
  argv: readonly string[],
  agent: AgentProfile,
  scratch: string,
): { argv: string[]; files: Map<string, string> } {
  const files = new Map<string, string>();
  const rewritten = argv.map((word) => {
    let text = word;
    for (const { pattern, by } of agent.rewrites) text = text.replace(pattern, by);
    for (const pattern of agent.sideFiles)
      text = text.replace(pattern, (whole: string, path: string) => {
        const name = path.replace(/\//g, '_');
        files.set(name, path);
        return whole.replace(path, `${scratch}/${name}`);
      });
    return text;
  });
  return { argv: rewritten, files };
}
