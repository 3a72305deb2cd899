import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Disposable } from '../../src/base/disposable.ts';
import { openDevice } from '../../src/portal/mount.ts';

const AS_ROOT = process.getuid?.() === 0;

/** Arguments of unshare(1) for a host of its own on this machine: mounts and name that nobody else sees. */
const ISOLATED: readonly string[] = [
  ...(AS_ROOT ? [] : ['--user', '--map-root-user']),
  ...['--mount', '--uts', '--propagation', 'private', '--'],
];

/** Makes the host: it is named devbox and has a /srv for itself. It waits for the end of its input, which comes with the test's, however that ends. */
const BECOME_DEVBOX =
  'hostname devbox && mount -t tmpfs none /srv && mkdir /srv/tmp && echo ready && exec cat';

/** A host in namespaces, which outlives everything that runs on it, as a machine's disk does. */
export class IsolatedHost implements Disposable {
  readonly #keeper: ChildProcess;

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  static async start(): Promise<IsolatedHost> {
    const keeper = spawn('unshare', [...ISOLATED, 'sh', '-c', BECOME_DEVBOX], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      keeper.stdout.once('data', () => resolve());
      keeper.once('error', reject);
      keeper.once('exit', () => reject(new Error('the isolated host could not be made')));
    });
    return new IsolatedHost(keeper);
  }

  /** A command line that runs `argv` on this host. */
  command(argv: readonly string[]): string[] {
    const user = AS_ROOT ? [] : ['--user', '--preserve-credentials'];
    return ['nsenter', '--target', String(this.#keeper.pid), ...user, '--mount', '--uts', '--', ...argv];
  }

  /** Its file system, seen from here. */
  get root(): string {
    return `/proc/${this.#keeper.pid}/root`;
  }

  dispose(): void {
    this.#keeper.kill('SIGKILL');
  }
}

/** Arguments that make what follows them an ordinary user's program: root's files are its own, but it has no rights over their modes. */
export const AS_ORDINARY_USER: readonly string[] = [
  'unshare',
  '--user',
  '--map-user=1000',
  '--map-group=1000',
  '--',
];

/** Why portals cannot be tried on this machine; undefined: they can. */
export function whyNoPortal(): string | undefined {
  try {
    closeSync(openDevice());
  } catch (error) {
    return (error as Error).message;
  }
  const tried = spawnSync('unshare', [...ISOLATED, 'sh', '-c', 'mount -t tmpfs none /srv'], {
    encoding: 'utf8',
  });
  return tried.status === 0 ? undefined : `namespaces are refused: ${tried.stderr ?? String(tried.error)}`;
}
