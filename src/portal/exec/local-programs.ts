import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathOf } from '../../base/byte-text.ts';
import type { ShimRequest } from './shim-request.ts';

/** Whether `name` is an executable file in a folder of this PATH. */
export function isOnPath(name: string, path: string): boolean {
  return path.split(':').some((folder) => folder.startsWith('/') && isExecutable(join(folder, name)));
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Where the program that a shim covers is still to be had. For a script (`#!/bin/sh`)
 * the file is the script, and argv[0] the interpreter as its first line names it.
 * @param real by real path, see ShimFiles.
 */
export function realProgram(
  { file, argv, cwd }: ShimRequest,
  real: ReadonlyMap<string, string>,
): string | undefined {
  for (const named of [file, argv[0] ?? '']) {
    if (!named.includes('/')) continue;
    try {
      const program = real.get(realpathSync(pathOf(resolve(cwd, named)), 'utf8'));
      if (program !== undefined) return program;
    } catch {
      // no such file on this side
    }
  }
  return undefined;
}
