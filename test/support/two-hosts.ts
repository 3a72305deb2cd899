import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from './eventually.ts';
import { FlakyProxy, type ProxyOptions } from './flaky-proxy.ts';
import { AS_ORDINARY_USER, IsolatedHost } from './isolated-host.ts';
import { ZmxUser } from './zmx-user.ts';

/** A laptop and a devbox that know each other's keys, with a network between them that can fail. */
export interface TwoHosts {
  readonly laptop: ZmxUser;
  readonly devbox: ZmxUser;
  readonly proxy: FlakyProxy;
  /** File system of devbox as this test sees it, without a slash at its end. */
  readonly devboxRoot: string;
  /** A command line that runs `argv` on devbox, whether its daemon lives or not. */
  onDevbox(argv: readonly string[]): readonly string[];
  /** Everything on devbox is killed at once, and its daemon is started as at a boot. */
  reboot(): void;
  close(): Promise<void>;
}

/** Ports below those that the kernel gives to outgoing connections (ip(7), ip_local_port_range). */
const LISTENING_PORTS = [10_000, 32_000] as const;

/**
 * A port that was free a moment ago, and that no outgoing connection gets meanwhile: a
 * daemon that is killed and comes back needs the same one again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...LISTENING_PORTS);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export interface DevboxOptions {
  /** It has a name and a /srv of its own, see isolated-host.ts. */
  readonly isolated?: boolean;
  /** Whose its daemon is. */
  readonly user?: 'root' | 'ordinary';
  /** Command line of its daemon, without the option for the port. */
  readonly daemon?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** @param network one way in ms, or more of it. */
export async function connectTwoHosts(
  network: number | ProxyOptions,
  {
    isolated = false,
    user = 'root',
    daemon: program = [entryPath('cli/zmx'), 'daemon'],
    env = {},
  }: DevboxOptions = {},
): Promise<TwoHosts> {
  const laptop = new ZmxUser();
  const devbox = new ZmxUser({ ...(isolated && { TMPDIR: '/srv/tmp' }), ...env });
  const host = isolated ? await IsolatedHost.start() : undefined;
  const port = await freePort();
  await devbox.ok('authorize', await laptop.ok('key'), 'laptop');
  const as = user === 'ordinary' ? AS_ORDINARY_USER : [];
  const command = [...as, process.execPath, ...program, '--listen', `127.0.0.1:${port}`];
  const [file = '', ...args] = host?.command(command) ?? command;
  const start = (): ChildProcess => spawn(file, args, { env: devbox.env, stdio: 'ignore' });
  let daemon = start();
  const proxy = await FlakyProxy.start(port, typeof network === 'number' ? { delayMs: network } : network);
  await laptop.ok('host', 'add', 'devbox', `tcp://127.0.0.1:${proxy.port}`, await devbox.ok('key'));
  await eventually(async () => (await devbox.run('list-commands')).code === 0, {
    what: "devbox's daemon runs",
  });
  return {
    laptop,
    devbox,
    proxy,
    devboxRoot: host?.root ?? '',
    onDevbox: (argv) => host?.command(argv) ?? argv,
    reboot: () => {
      // Stopped first: none of them must start another one meanwhile.
      const pids = devbox.processes();
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of pids) tryKill(pid, signal);
      daemon = start();
    },
    close: async () => {
      await laptop.close();
      await devbox.close();
      daemon.kill('SIGKILL');
      host?.dispose();
      proxy.dispose();
    },
  };
}

/** For a process that may have ended by itself. */
export function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
