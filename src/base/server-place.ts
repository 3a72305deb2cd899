import { basename, dirname, join, resolve } from 'node:path';
import { ensurePrivateFolder, type Folders, resolveFolders, UnsafeFolderError } from './folders.ts';

/** sockaddr_un.sun_path holds 108 bytes with its terminator; see unix(7). */
const SOCKET_PATH_LIMIT_BYTES = 107;

/** One daemon's files: named by -L or -S as in tmux, so that daemons never meet. */
export interface ServerPlace {
  /** -L name, or the socket path of -S. */
  readonly name: string;
  /** ZeroMQ ipc socket of the daemon. */
  readonly socket: string;
  /** Sockets of its holders, and its lock. */
  readonly runtime: string;
  /** Sessions, recovery, journal and logs of this daemon. */
  readonly state: string;
  readonly config: string;
}

/** Finds the place of the daemon named by `-L name` or `-S path`; makes no folder. */
export function serverPlace(
  choice: { name?: string | undefined; path?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
  folders: Folders = resolveFolders(env),
): ServerPlace {
  if (choice.path !== undefined) {
    const socket = checked(resolve(choice.path));
    return {
      name: socket,
      socket,
      runtime: `${socket}.d`,
      state: join(folders.state, encodeURIComponent(socket)),
      config: folders.config,
    };
  }
  const name = choice.name ?? 'default';
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
    throw new UnsafeFolderError(`-L ${name}: use letters, digits, '.', '_' and '-' only`);
  const runtime = join(folders.runtime, name);
  return {
    name,
    socket: checked(join(runtime, 'zmxd.sock')),
    runtime,
    state: join(folders.state, name),
    config: folders.config,
  };
}

/** Makes the place's folders, private to the user. */
export function prepareServerPlace(place: ServerPlace): void {
  if (basename(place.socket) === 'zmxd.sock') ensurePrivateFolder(dirname(place.runtime));
  ensurePrivateFolder(place.runtime);
  ensurePrivateFolder(dirname(place.state));
  ensurePrivateFolder(place.state);
}

function checked(socket: string): string {
  const length = Buffer.byteLength(socket);
  if (length > SOCKET_PATH_LIMIT_BYTES)
    throw new UnsafeFolderError(
      `socket path of ${length} bytes is too long (the system allows ${SOCKET_PATH_LIMIT_BYTES}): ${socket}; set ZMX_RUNTIME_DIR to a shorter folder`,
    );
  return socket;
}
