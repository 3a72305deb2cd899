import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../src/base/package-root.ts';
import { EarlyReading } from '../../../src/portal/early-reading.ts';
import { beginReader } from '../../../src/portal/fuse/reader-thread.ts';
import { opcodeOf } from '../../../src/portal/fuse/requests.ts';
import { FuseServer, type FuseServerOptions } from '../../../src/portal/fuse/server.ts';
import type { Forwarded, ReaderEnded } from '../../../src/portal/fuse/updates.ts';
import { openDevice } from '../../../src/portal/mount.ts';
import { openNamespace } from '../../../src/portal/namespace.ts';
import type { RemoteFiles } from '../../../src/portal/remote-files.ts';
import { LocalFiles } from '../../support/local-files.ts';

/** Why no FUSE file system can be mounted here; undefined: it can. */
export function whyNoMount(): string | undefined {
  try {
    closeSync(openDevice());
    if (process.getuid?.() !== 0) execFileSync('unshare', ['-U', '-m', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What the functions that run inside are given. */
export interface Inside {
  readonly fs: typeof import('node:fs');
  readonly childProcess: typeof import('node:child_process');
}

export interface MountedFolder {
  readonly server: FuseServer;
  readonly files: LocalFiles;
  readonly notices: readonly string[];
  /** The folder that plays the remote, where this process sees it. */
  readonly real: string;
  /** A folder of the test's own, removed at the end. */
  readonly folder: string;
  /**
   * Runs a function in a process in whose namespace the tree is mounted, and which stands in it. The
   * function goes there as text, so that it must not use anything of its surroundings. It may
   * block: this process serves the mount meanwhile.
   */
  inside<A, R>(run: (inside: Inside, argument: A) => R, argument: A): Promise<R>;
  /** Resolves when the next request of this kind (abi.ts, Op) has come to the server, which has done what it does at once. */
  forwarded(opcode: number): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is sent by a timer unless a test says so, since tests count calls; ms. */
const NO_WRITE_BACK_MS = 3_600_000;

/**
 * Mounts a fresh folder over LocalFiles, in a namespace that ends with the process in it: whatever
 * happens to the test, no mount is left.
 */
export async function mountFolder(
  prepare: (real: string) => void = () => {},
  options: Partial<Omit<FuseServerOptions, 'device' | 'files'>> & {
    /** What is served instead: over the same files, or over the folder. */
    readonly wrap?: (files: LocalFiles, real: string) => RemoteFiles | Promise<RemoteFiles>;
    /** What happens before the folder is served. */
    readonly before?: (early: EarlyReading, files: LocalFiles, real: string) => Promise<void>;
  } = {},
): Promise<MountedFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-fuse-'));
  const real = join(folder, 'real');
  const shown = join(folder, 'shown');
  mkdirSync(real);
  prepare(real);
  const { wrap, before, ...rest } = options;
  const files = new LocalFiles(real);
  const early = new EarlyReading(files);
  await before?.(early, files, real);
  const notices: string[] = [];
  const namespace = await openNamespace({
    mountPoints: [shown],
    program: process.execPath,
    args: [join(packageRoot, 'dist', 'test', 'portal', 'fuse', 'inside.js')],
    env: process.env,
    cwd: shown,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { process: child } = namespace;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reader = beginReader();
  const server = await FuseServer.start({
    reader,
    device: namespace.devices[0]!,
    files: wrap ? await wrap(files, real) : files,
    early,
    owner: { uid: process.getuid!(), gid: process.getgid!() },
    spoolFolder: folder,
    rescueFolder: join(folder, 'rescue'),
    notice: (line) => notices.push(line),
    timeoutMs: 60_000,
    writeBackMs: NO_WRITE_BACK_MS,
    ...rest,
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  await namespace.start();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const { id, value, error } = JSON.parse(line) as { id: number; value?: unknown; error?: string };
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  });
  return {
    server,
    files,
    notices,
    real,
    folder,
    inside: <A, R>(run: (inside: Inside, argument: A) => R, argument: A) =>
      new Promise<R>((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.stdin!.write(`${JSON.stringify({ id, source: run.toString(), argument })}\n`);
      }),
    forwarded: (opcode) =>
      new Promise((resolve) => {
        const heard = (message: Forwarded | ReaderEnded): void => {
          if ('ended' in message || opcodeOf(Buffer.from(message.request)) !== opcode) return;
          reader.off('message', heard);
          resolve();
        };
        reader.on('message', heard); // behind the server's own listener
      }),
    close: async () => {
      child.stdin!.end();
      namespace.keeper.dispose();
      await server.close();
      child.kill('SIGKILL');
      await ended;
      files.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** For the time of `use`. */
export async function withMount(
  prepare: (real: string) => void,
  use: (mounted: MountedFolder) => Promise<void>,
  more: Parameters<typeof mountFolder>[1] = {},
): Promise<void> {
  const mounted = await mountFolder(prepare, more);
  try {
    await use(mounted);
  } finally {
    await mounted.close();
  }
}
