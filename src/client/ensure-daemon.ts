import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { entryPath } from '../base/package-root.ts';
import { prepareServerPlace, type ServerPlace } from '../base/server-place.ts';
import { ZmxError } from '../protocol/errors.ts';

/** A daemon that adopts many panes may take some seconds; after this the user is told instead of left waiting, in ms. */
const START_PATIENCE_MS = 30_000;

/** Line that zmxd prints on standard output once its socket accepts clients. */
export const READY_LINE = 'zmxd is ready';

/**
 * Whether a daemon accepts connections on this socket. A plain connect, since a
 * ZeroMQ dealer waits silently for a socket that does not exist.
 */
export function daemonListens(place: ServerPlace): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place.socket);
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/**
 * Starts the daemon unless one listens, and resolves when it does. Two callers at
 * once are settled by the daemon's lock: the second daemon leaves, both callers are served.
 * @throws ZmxError with the daemon's own sentence when it cannot start.
 */
export async function ensureDaemon(place: ServerPlace, extraArgs: readonly string[] = []): Promise<void> {
  if (await daemonListens(place)) return;
  const env = { ...process.env };
  for (const name of ['ZMX', 'ZMX_PANE']) delete env[name];
  await startDaemon(place, extraArgs, env);
}

/** Starts the daemon's program, and resolves when its clients are served. @throws as ensureDaemon */
export async function startDaemon(
  place: ServerPlace,
  extraArgs: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  prepareServerPlace(place);
  const child = spawn(process.execPath, [entryPath('daemon/zmxd'), ...placeArgs(place), ...extraArgs], {
    cwd: '/',
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new ZmxError('no-daemon', why));
      timer = setTimeout(
        () =>
          fail(`the daemon did not start within ${START_PATIENCE_MS / 1000} s; see ${place.state}/zmxd.log`),
        START_PATIENCE_MS,
      );
      child.once('error', reject);
      child.stdout.on('data', (data: Buffer) => {
        if (data.includes(READY_LINE)) resolve();
      });
      child.stderr.on('data', (data: Buffer) => {
        complaint += data.toString();
      });
      child.once('close', (code) => {
        if (code === 0) resolve();
        else fail(complaint.trim() || `the daemon ended with status ${code}; see ${place.state}/zmxd.log`);
      });
    });
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  }
}

/** The arguments that make zmxd, or a command line, mean this place. */
export function placeArgs(place: ServerPlace): string[] {
  return place.name.includes('/') ? ['-S', place.socket] : ['-L', place.name];
}
