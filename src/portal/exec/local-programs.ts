import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathOf } from '../../base/byte-text.ts';
import type { ShimRequest } from './shim-request.ts';

/**
 * Where the program that a shim covers is still to be had. For a script (`#!/bin/sh`)
 * the file is the script, and argv[0] the interpreter as its first line names it.
 * @param real by real path, see ShimFiles.
 */
export function realProgram(
  { file, argv, cwd }: ShimRequest,
  real: ReadonlyMap<string, string>,
): string | undefined {
  // What a portal within this one keeps in its folder for the real program is our shim.
  const kept = [...real.values()].find((path) => basename(path) === basename(file));
  if (kept !== undefined && basename(dirname(file)) === basename(dirname(kept))) return kept;
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
