import { resolve } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { bytesOf } from '../base/byte-text.ts';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';

/** execvp(3)'s path where the environment has none. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Finds the program as execvp(3) in the child would, with the child's environment
 * and folder, so that what cannot start is told as an error and not on a screen.
 * @throws ZmxError with ENOENT, EACCES or ENOTDIR and a sentence.
 */
export function resolveProgram(name: string, cwd: string, env: Readonly<Record<string, string>>): string {
  const there = firstUsable([cwd], true);
  if (typeof there === 'string') {
    const what = FOLDER_PROBLEMS[there] ?? 'there is no such folder';
    throw new ZmxError(there, `cannot start in ${cwd}: ${what}`, { path: cwd });
  }
  if (name === '') throw new ZmxError('ENOENT', 'cannot start a program without a name');
  const isPath = name.includes('/');
  const folders = isPath ? [''] : (env.PATH ?? DEFAULT_PATH).split(':');
  const files = folders.map((folder) =>
    folder.startsWith('/') ? `${folder}/${name}` : resolve(cwd, folder, name),
  );
  const found = firstUsable(files, false);
  if (typeof found === 'number') return files[found]!;
  throw refusal(name, isPath || found === 'EACCES' ? found : 'ENOENT');
}

const FOLDER_PROBLEMS: Readonly<Record<string, string>> = {
  ENOTDIR: 'it is not a folder',
  EACCES: 'permission denied',
};

/** Index of the first that can be used, or the name of an errno. */
function firstUsable(paths: readonly string[], folder: boolean): number | string {
  const found = native().firstUsable(bytesOf(paths.map((path) => `${path}\0`).join('')), folder);
  return found < 0 ? getSystemErrorName(found) : found;
}

function refusal(name: string, code: string): ZmxError {
  const why: Record<string, string> = {
    ENOENT: name.includes('/') ? 'there is no such file' : 'there is no such program in PATH',
    EACCES: 'it is not executable',
    ENOTDIR: 'a part of its path is not a folder',
    ELOOP: 'too many symbolic links',
  };
  return new ZmxError(code, `cannot start ${name}: ${why[code] ?? code}`, { path: name });
}
