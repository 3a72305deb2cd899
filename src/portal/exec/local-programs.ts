import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathOf } from '../../base/byte-text.ts';
import type { ShimRequest } from './shim-request.ts';

/** Tells of names whether they are executable files in a folder of this PATH; each folder is read once, since a host has 2,000. */
export function programsOn(path: string): (name: string) => boolean {
  const folders = path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => ({ folder, names: new Set(namesIn(folder)) }));
  return (name) => folders.some(({ folder, names }) => names.has(name) && isExecutable(join(folder, name)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // as a shell does
  }
}

function isExecutable(file: string): boolean {
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
