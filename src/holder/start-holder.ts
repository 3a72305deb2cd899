import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePrivateFolder } from '../base/folders.ts';
import { entryPath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { HolderClient } from './holder-client.ts';
import { ANOTHER_HOLDER, holderSocketPath, holderSockets, READY } from './holder-place.ts';

/** sockaddr_un.sun_path holds 108 bytes with its terminator; see unix(7). */
const SOCKET_PATH_LIMIT_BYTES = 107;

/** A start takes 0.1 s; this is for a machine that swaps. */
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 10;

/**
 * The socket of this version's holder, started if none listens. Safe to call from
 * several processes at once: the holder's lock decides, and losers use the winner's.
 * @throws ZmxError with what the holder said when it could not start.
 */
export async function startHolder(place: { runtime: string; state: string }): Promise<string> {
  const socketPath = holderSocketPath(place.runtime);
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_LIMIT_BYTES)
    throw new ZmxError(
      'ENAMETOOLONG',
      `the path ${socketPath} is too long for a socket; choose a shorter one`,
    );
  ensurePrivateFolder(place.runtime);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await listens(socketPath)) return socketPath;
    const said = await start(socketPath, place.state);
    if (said === READY) return socketPath;
    if (said !== ANOTHER_HOLDER)
      throw new ZmxError('EIO', `the holder cannot be started: ${said || 'it ended without a word'}`);
    // It is about to listen, or to end; then the next try starts ours.
    await sleep(POLL_MS);
  }
  throw new ZmxError('ETIMEDOUT', `a holder has the lock and does not listen on ${socketPath}; end it`);
}

/** Sockets of the holders that live, the newest protocol last: a daemon adopts the panes of all of them. */
export async function listHolders(runtimeFolder: string): Promise<string[]> {
  const sockets = holderSockets(runtimeFolder);
  const alive = await Promise.all(sockets.map(listens));
  return sockets.filter((_, i) => alive[i]);
}

/**
 * A holder that was killed accepts connections until the kernel has closed all that it had
 * open: on a machine that is starved well after its other connections have broken. ms.
 */
const DYING_MS = 5_000;

/** Starts a holder unless one listens, and connects to it. @throws as startHolder and HolderClient.connect. */
export async function connectHolder(
  place: { runtime: string; state: string },
  options: { daemon: boolean },
): Promise<{ socket: string; client: HolderClient }> {
  for (const deadline = Date.now() + DYING_MS; ; await sleep(POLL_MS)) {
    const socket = await startHolder(place);
    try {
      return { socket, client: await HolderClient.connect(socket, options) };
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** What the new holder said: `ready`, or what kept it from that. */
function start(socketPath: string, state: string): Promise<string> {
  // NODE_OPTIONS are meant for the user's own programs; an --inspect would even take a port.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const holder: ChildProcess = spawn(process.execPath, [entryPath('holder/holder'), socketPath, state], {
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  holder.unref();
  return new Promise((resolve) => {
    let text = '';
    holder.on('error', (error) => resolve(error.message));
    holder.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    holder.stdout?.on('close', () => resolve(text.trim()));
  });
}

function listens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(socketPath);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}
