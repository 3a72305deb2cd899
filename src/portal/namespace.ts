import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { native } from '../base/native.ts';
import { nativePath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { receive, receiveDevice } from './received-device.ts';

type Stdio = 'inherit' | 'pipe' | 'ignore' | number;

export interface NamespaceOptions {
  /** Where the project is to be seen: an absolute path, made where it does not exist. */
  readonly mountPoint: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder in which the program starts. */
  readonly cwd: string;
  /** Standard input, output and error of the program. */
  readonly stdio: readonly [Stdio, Stdio, Stdio];
  /** Files and folders put over others, in this order; both have to exist. */
  readonly binds?: readonly { readonly source: string; readonly target: string }[];
  /** Files and folders that may not be written. */
  readonly readOnly?: readonly string[];
}

/** A namespace in which the project is mounted, and a program that waits to be started in it. */
export interface Namespace {
  /** /dev/fuse of the mount, which somebody has to serve before `start`; whoever serves it closes it. */
  readonly device: number;
  /** The program, from `start` on; before that the launcher. */
  readonly process: ChildProcess;
  /** Starts the program. @throws ZmxError with what is wrong: a bind, the folder, the program. */
  start(): Promise<void>;
  /** Removes the mount point where it was made for real. Call it when the program has ended. */
  removeMountPoint(): void;
}

/** Starts the launcher and mounts. @throws ZmxError with the remedy where namespaces or FUSE are refused. */
export async function openNamespace(options: NamespaceOptions): Promise<Namespace> {
  const [ours, theirs] = native().socketPair();
  /** The socket's number in the child: the first behind stdio. */
  const inChild = 3;
  const args = [String(inChild), '--at', options.mountPoint, '--cwd', options.cwd];
  for (const { source, target } of options.binds ?? []) args.push('--bind', source, target);
  for (const path of options.readOnly ?? []) args.push('--read-only', path);
  // Not `cwd`: node would wait for a folder that only this process can serve.
  const child = spawn(nativePath('launcher'), [...args, '--', options.program, ...options.args], {
    env: options.env,
    stdio: [...options.stdio, theirs],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new ZmxError('launcher', `cannot start the launcher: ${error.message}`)),
    );
  });
  closeSync(theirs);
  try {
    const received = await Promise.race([receiveDevice(ours), failed]);
    if (!received) throw new ZmxError('launcher', 'the launcher ended before it had mounted; try again');
    const made = received.text === '-' ? undefined : received.text;
    return {
      device: received.device,
      process: child,
      start: async () => {
        writeSync(ours, 'g');
        const { data } = await receive(ours);
        closeSync(ours);
        if (data.length > 0) throw new ZmxError('launcher', data.toString());
      },
      removeMountPoint: () => {
        if (made !== undefined) removeFolders(options.mountPoint, made);
      },
    };
  } catch (error) {
    closeSync(ours);
    child.kill('SIGKILL');
    throw error;
  }
}

/** Removes `path` and its parents up to `first`, as far as they are empty and nobody's mount point. */
function removeFolders(path: string, first: string): void {
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) {
    // Removing a folder would end the mounts on it in all namespaces: another portal's too.
    if (isMountedSomewhere(folder)) return;
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** Whether some process of ours sees a mount at `path`. */
function isMountedSomewhere(path: string): boolean {
  const escaped = path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const field = ` ${escaped} `;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(field)) return true;
    } catch {
      // somebody else's, or gone
    }
  }
  return false;
}
