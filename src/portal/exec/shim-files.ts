import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { buildNativeCommand, nativePath } from '../../base/package-root.ts';
import { ZmxError } from '../../protocol/errors.ts';

/** The place in the shim's binary that the socket's path is written over; see shim.c. */
const PLACEHOLDER = 'ZMX-SHIM-SOCKET-PATH';
/** sun_path of unix(7), without its terminator. */
const SOCKET_PATH_LIMIT_BYTES = 107;

/** Programs that agents run by absolute path, and that are to run where the project is. */
const SHADOWED = ['sh', 'bash', 'dash', 'zsh', 'fish', 'git', 'rg'];
const FOLDERS = ['/bin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/**
 * Programs that must not become shims in PATH, although the remote has them: what
 * agents are made of, and what asks about this machine.
 */
const NEVER_SHIMMED = new Set([
  'node',
  'nodejs',
  'bun',
  'deno',
  'env',
  'zmx',
  'ssh',
  'ps',
  'sudo',
  'su',
  'login',
  'lsb_release',
  'claude',
  'codex',
  'opencode',
  'pi',
  'aider',
]);

/**
 * Whether starting this program in a portal starts the shim instead, which asks where it runs.
 * @param here whether this machine has a program of this name on its PATH.
 */
export function isHandedOver(program: string, here: (name: string) => boolean): boolean {
  return SHADOWED.includes(basename(program)) || isOnlyThere(program, here);
}

function isOnlyThere(name: string, here: (name: string) => boolean): boolean {
  return !NEVER_SHIMMED.has(name) && !name.includes('/') && !here(name);
}

export interface ShimFiles {
  /** This portal's copy of the shim. */
  readonly shim: string;
  /** Last folder of the agent's PATH: programs that only the remote has. */
  readonly pathFolder: string;
  /** What the namespace puts over what: the shim over each program, after the program itself is bound where it stays reachable. */
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  /** Where a shadowed program of this machine is reachable, by its real path. */
  readonly real: ReadonlyMap<string, string>;
}

export interface ShimFilesOptions {
  /** The portal's own. */
  readonly folder: string;
  readonly socketPath: string;
  /** Further programs to shadow, by absolute path. */
  readonly shadowed: readonly string[];
}

/** Makes the shim, a folder for shims and the list of what they stand in for, in the portal's own folder. */
export function makeShimFiles({ folder, socketPath, shadowed }: ShimFilesOptions): ShimFiles {
  const shim = join(folder, 'shim');
  writePatchedShim(shim, socketPath);
  const pathFolder = join(folder, 'path');
  mkdirSync(pathFolder, { mode: 0o700 });
  const realFolder = join(folder, 'real');
  mkdirSync(realFolder, { mode: 0o700 });
  const binds: { source: string; target: string }[] = [];
  const real = new Map<string, string>();
  const usual = SHADOWED.flatMap((name) => FOLDERS.map((place) => join(place, name)));
  for (const path of [...usual, ...shadowed]) {
    if (!existsSync(path)) continue;
    const target = realpathSync(path);
    if (real.has(target)) continue;
    const kept = join(realFolder, target.slice(1).replaceAll('/', '-'));
    writeFileSync(kept, ''); // a bind mount needs a file to cover
    chmodSync(kept, 0o700);
    real.set(target, kept);
    binds.push({ source: target, target: kept });
  }
  for (const target of real.keys()) binds.push({ source: shim, target });
  return { shim, pathFolder, binds, real };
}

/**
 * Puts a shim into the folder for each program that only the remote has.
 * @param here whether this machine has a program of this name on its PATH.
 */
export function linkRemotePrograms(
  { shim, pathFolder }: ShimFiles,
  programs: Iterable<string>,
  here: (name: string) => boolean,
): void {
  for (const name of programs) if (isOnlyThere(name, here)) symlinkSync(shim, join(pathFolder, name));
}

function writePatchedShim(path: string, socketPath: string): void {
  const socket = Buffer.from(socketPath);
  if (socket.length > SOCKET_PATH_LIMIT_BYTES)
    throw new ZmxError(
      'ENAMETOOLONG',
      `the socket path ${socketPath} is too long; set ZMX_RUNTIME_DIR to a shorter folder`,
    );
  const source = nativePath('shim');
  if (!existsSync(source)) throw new ZmxError('ENOENT', `${source} is missing; run: ${buildNativeCommand()}`);
  const program = readFileSync(source);
  const at = program.indexOf(PLACEHOLDER);
  if (at < 0)
    throw new ZmxError('invalid', `${source} is not this version's shim; run: ${buildNativeCommand()}`);
  socket.copy(program, at);
  program[at + socket.length] = 0;
  writeFileSync(path, program, { mode: 0o755 });
}
