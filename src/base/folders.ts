import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentUser } from './user.ts';

/** Where zmx keeps things, by the XDG base directory specification; see zmx(1), FILES. */
export interface Folders {
  /** Sockets; private to the user, gone after a reboot. */
  readonly runtime: string;
  /** Sessions, recovery, logs, journal, audit. */
  readonly state: string;
  /** zmx.conf, hosts, keys. */
  readonly config: string;
}

/** Resolves the three folders from the environment; makes nothing. */
export function resolveFolders(env: NodeJS.ProcessEnv = process.env): Folders {
  const { uid, home } = currentUser(env);
  const runtimeBase = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'zmxd') : join(tmpdir(), `zmxd-${uid}`);
  return {
    runtime: env.ZMX_RUNTIME_DIR || runtimeBase,
    state: env.ZMX_STATE_DIR || join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'zmx'),
    config: env.ZMX_CONFIG_DIR || join(env.XDG_CONFIG_HOME || join(home, '.config'), 'zmx'),
  };
}

/** Thrown where a folder cannot be trusted with sockets or secrets. */
export class UnsafeFolderError extends Error {}

/**
 * Makes `path` with mode 0700 unless it exists, and refuses one that somebody
 * else owns or could write to: who can write to the folder can replace a socket.
 */
export function ensurePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const info = lstatSync(path);
  if (!info.isDirectory())
    throw new UnsafeFolderError(`${path} is not a folder; remove it or choose another`);
  const uid = process.getuid?.() ?? 0;
  if (info.uid !== uid)
    throw new UnsafeFolderError(
      `${path} belongs to uid ${info.uid}, not to you (${uid}); remove it or choose another`,
    );
  if (info.mode & 0o077)
    throw new UnsafeFolderError(
      `${path} is open to others (mode ${(info.mode & 0o777).toString(8)}); run: chmod 700 ${path}`,
    );
}
