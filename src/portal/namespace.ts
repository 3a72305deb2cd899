import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { hasEscapes, textOf } from '../base/byte-text.ts';
import { native } from '../base/native.ts';
import { nativePath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { closeDevice, type FuseDevice, withClone } from './fuse/device.ts';
import { NamespaceKeeper } from './namespace-keeper.ts';
import { receive, receiveDevice } from './received-device.ts';

type Stdio = 'inherit' | 'pipe' | 'ignore' | number;

export interface NamespaceOptions {
  // Paths, arguments and the environment may stand for any bytes, see src/base/byte-text.ts.
  /** Name of the mounts' source in /proc/PID/mountinfo, without spaces: what everything in the namespace is known by. */
  readonly source?: string;
  /**
   * Where the project and what else is remote is to be seen: absolute paths, made where they do
   * not exist. The caller lets them go afterwards (src/base/mount-points.ts), also when this fails.
   */
  readonly mountPoints: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder in which the program starts. */
  readonly cwd: string;
  /** Standard input, output and error of the program. */
  readonly stdio: readonly [Stdio, Stdio, Stdio];
  /** Files and folders put over others, in this order; both have to exist. */
  readonly binds?: readonly { readonly source: string; readonly target: string }[];
}

/** A namespace in which the project is mounted, and a program that waits to be started in it. */
export interface Namespace {
  /** /dev/fuse of each mount, which somebody has to serve before `start`; whoever serves it closes it. */
  readonly devices: readonly FuseDevice[];
  /** The program, from `start` on; before that the launcher. */
  readonly process: ChildProcess;
  /** Makes files and folders read-only, from `start` on; the caller's to dispose of. */
  readonly keeper: NamespaceKeeper;
  /** Starts the program. @throws ZmxError with what is wrong: a bind, the folder, the program. */
  start(): Promise<void>;
}

/** Starts the launcher and mounts. @throws ZmxError with the remedy where namespaces or FUSE are refused. */
export async function openNamespace(options: NamespaceOptions): Promise<Namespace> {
  const [ours, theirs] = native().socketPair();
  const [keeper, keepers] = native().socketPair();
  /** The sockets' numbers in the child: the first behind stdio. */
  const inChild = { portal: 3, keeper: 4 };
  const args = ['--keeper', String(inChild.keeper), '--cwd', options.cwd];
  if (options.source !== undefined) args.push('--source', options.source);
  for (const path of options.mountPoints) args.push('--at', path);
  for (const { source, target } of options.binds ?? []) args.push('--bind', source, target);
  // Not `cwd`: node would wait for a folder that only this process can serve.
  const words = [...args, '--', options.program, ...options.args];
  const escaped = [...words, options.env.PWD ?? ''].some(hasEscapes) ? ['--escaped'] : [];
  const child = spawn(nativePath('launcher'), [String(inChild.portal), ...escaped, ...words], {
    env: options.env,
    stdio: [...options.stdio, theirs, keepers],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new ZmxError('launcher', `cannot start the launcher: ${error.message}`)),
    );
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
  });
  closeSync(theirs);
  closeSync(keepers);
  const devices: FuseDevice[] = [];
  try {
    while (devices.length < options.mountPoints.length) {
      const received = await Promise.race([receiveDevice(ours), failed]);
      if (!received) throw new ZmxError('launcher', 'the launcher ended before it had mounted; try again');
      const { device: requests, clone } = received;
      devices.push(clone === undefined ? withClone(requests) : { requests, notifications: clone });
    }
    return {
      devices,
      process: child,
      keeper: new NamespaceKeeper(keeper),
      start: async () => {
        const waits = writes(ours, 'g');
        const { data } = await receive(ours);
        closeSync(ours);
        if (data.length > 0) throw new ZmxError('launcher', textOf(data));
        if (!waits)
          throw new ZmxError('launcher', `the launcher was ended by somebody (${await ended}); try again`);
      },
    };
  } catch (error) {
    for (const device of devices) closeDevice(device);
    closeSync(ours);
    closeSync(keeper);
    child.kill('SIGKILL');
    throw error;
  }
}

/** False: nobody reads it any more. */
function writes(socket: number, text: string): boolean {
  try {
    writeSync(socket, text);
    return true;
  } catch {
    return false;
  }
}
