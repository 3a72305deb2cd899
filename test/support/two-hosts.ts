import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from './eventually.ts';
import { FlakyProxy, type ProxyOptions } from './flaky-proxy.ts';
import { AS_ORDINARY_USER, BECOME_DEVBOX, ISOLATED } from './isolated-host.ts';
import { ZmxUser } from './zmx-user.ts';

/** A laptop and a devbox that know each other's keys, with a network between them that can fail. */
export interface TwoHosts {
  readonly laptop: ZmxUser;
  readonly devbox: ZmxUser;
  readonly proxy: FlakyProxy;
  /** Everything on devbox is killed at once, and its daemon is started as at a boot. */
  reboot(): void;
  close(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @param network one way in ms, or more of it.
 * @param isolated devbox has a name and a /srv of its own, see isolated-host.ts; 'ordinary': and its
 *   daemon is not root.
 */
export async function connectTwoHosts(
  network: number | ProxyOptions,
  isolated: boolean | 'ordinary' = false,
): Promise<TwoHosts> {
  const laptop = new ZmxUser();
  const devbox = new ZmxUser(isolated ? { TMPDIR: '/srv/tmp' } : {});
  const port = await freePort();
  await devbox.ok('authorize', await laptop.ok('key'), 'laptop');
  const command = [process.execPath, entryPath('cli/zmx'), 'daemon', '--listen', `127.0.0.1:${port}`];
  const user = isolated === 'ordinary' ? AS_ORDINARY_USER : [];
  const [program = '', ...args] = isolated
    ? ['unshare', ...ISOLATED, 'sh', '-c', BECOME_DEVBOX, 'sh', ...user, ...command]
    : command;
  const start = (): ChildProcess => spawn(program, args, { env: devbox.env, stdio: 'ignore' });
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
      proxy.dispose();
    },
  };
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
