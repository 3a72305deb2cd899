import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endProcesses, hasVariable } from '../../base/end-processes.ts';
import { entryPath } from '../../base/package-root.ts';
import { ZmxError } from '../../protocol/errors.ts';

/** A loaded machine takes seconds to start a daemon, ms. */
const START_PATIENCE_MS = 30_000;
/** A portal ends within some seconds; what is killed after this leaves its mount point, ms. */
const END_PATIENCE_MS = 15_000;
const LOOK_MS = 100;

/** In a namespace of its own: named devbox, with the project at a path that only it has. */
const BECOME_DEVBOX =
  'hostname devbox && mount -t tmpfs none /srv && mkdir /srv/shop && mount --bind "$1" /srv/shop && shift && exec "$@"';

/** One of the demo's two machines: folders of zmx that nobody else uses. */
export class Machine {
  readonly env: Readonly<Record<string, string>>;

  constructor(folder: string) {
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(process.env))
      if (value !== undefined && !/^(ZMX|TMUX)(_|$)/.test(name)) env[name] = value;
    for (const name of ['runtime', 'state', 'config', 'tmp']) {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      if (name !== 'tmp') env[`ZMX_${name.toUpperCase()}_DIR`] = path;
    }
    this.env = env;
  }

  /** Runs `zmx ARGS`. @throws ZmxError with what it says. */
  async zmx(...args: string[]): Promise<string> {
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [entryPath('cli/zmx'), ...args], {
        env: this.env,
      });
      return stdout.trim();
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      throw new ZmxError('demo', `zmx ${args[0]}: ${stderr?.trim() || message}`);
    }
  }

  /** Ends the session first, since a portal needs its daemon to tidy up; then daemon, holder and all in them. */
  async end(): Promise<void> {
    await this.zmx('kill-session', '-t', 'demo').catch(() => {
      // it has ended, or was not begun
    });
    for (const deadline = Date.now() + END_PATIENCE_MS; this.#hasPortal() && Date.now() < deadline; )
      await sleep(LOOK_MS);
    await this.zmx('kill-server').catch(() => {
      // it was not started, or is just starting
    });
    await endProcesses((pid) => hasVariable(pid, this.#mark));
  }

  /** What every process of this machine has in its environment. */
  get #mark(): string {
    return `ZMX_RUNTIME_DIR=${this.env.ZMX_RUNTIME_DIR}`;
  }

  #hasPortal(): boolean {
    return readdirSync('/proc').some((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[2] === 'portal' && hasVariable(Number(pid), this.#mark);
      } catch {
        return false; // no process, or one that has gone
      }
    });
  }
}

/** Starts the machine `devbox` in namespaces, with `project` at /srv/shop; returns its port on loopback. */
export async function startDevbox(devbox: Machine, folder: string, project: string): Promise<number> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const daemon = spawn(
    'unshare',
    [
      ...user,
      ...['--mount', '--uts', '--propagation', 'private', '--', 'sh', '-c', BECOME_DEVBOX, 'sh', project],
      ...[process.execPath, entryPath('cli/zmx'), 'daemon', '--listen', `127.0.0.1:${port}`],
    ],
    { cwd: '/', env: { ...devbox.env, TMPDIR: join(folder, 'tmp') }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  daemon.stderr?.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  let failed: string | undefined;
  daemon.once('error', (error) => {
    failed = error.message;
  });
  daemon.once('exit', () => {
    failed ??= complaint.trim() || 'it ended';
  });
  for (const deadline = Date.now() + START_PATIENCE_MS; ; await sleep(LOOK_MS)) {
    if (failed !== undefined || Date.now() > deadline)
      throw new ZmxError(
        'demo',
        `the demo's host cannot be started (${failed ?? 'no answer'}); zmx doctor says what is wrong`,
      );
    const answers = await devbox.zmx('list-commands').then(
      () => true,
      () => false,
    );
    if (answers) return port;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
