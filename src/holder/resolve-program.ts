import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathOf } from '../base/byte-text.ts';
import { ZmxError } from '../protocol/errors.ts';

/** execvp(3)'s path where the environment has none. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Finds the program as execvp(3) in the child would, with the child's environment
 * and folder, so that what cannot start is told as an error and not on a screen.
 * @throws ZmxError with ENOENT, EACCES or ENOTDIR and a sentence.
 */
export function resolveProgram(name: string, cwd: string, env: Readonly<Record<string, string>>): string {
  checkFolder(cwd);
  if (name === '') throw new ZmxError('ENOENT', 'cannot start a program without a name');
  if (name.includes('/')) {
    const file = resolve(cwd, name);
    const problem = whyNotExecutable(file);
    if (problem) throw refusal(name, problem);
    return file;
  }
  let worst = 'ENOENT';
  for (const folder of (env.PATH ?? DEFAULT_PATH).split(':')) {
    const file = resolve(cwd, folder, name);
    const problem = whyNotExecutable(file);
    if (!problem) return file;
    if (problem === 'EACCES') worst = problem;
  }
  throw refusal(name, worst);
}

function checkFolder(cwd: string): void {
  const problem = (code: string, what: string) =>
    new ZmxError(code, `cannot start in ${cwd}: ${what}`, { path: cwd });
  try {
    if (!statSync(pathOf(cwd)).isDirectory()) throw problem('ENOTDIR', 'it is not a folder');
    accessSync(pathOf(cwd), constants.X_OK);
  } catch (error) {
    if (error instanceof ZmxError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw problem(code, 'permission denied');
    throw problem(code ?? 'ENOENT', 'there is no such folder');
  }
}

/** An errno name, or undefined for a file that may be executed. */
function whyNotExecutable(file: string): string | undefined {
  try {
    const found = statSync(pathOf(file), { throwIfNoEntry: false });
    if (!found) return 'ENOENT';
    if (!found.isFile()) return 'EACCES';
    accessSync(pathOf(file), constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'ENOENT';
  }
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
