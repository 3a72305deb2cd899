import { accessSync, constants, type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathOf } from '../../base/byte-text.ts';
import type { ShimRequest } from './shim-request.ts';

/** Tells of names whether they are programs in a folder of this PATH. All are looked up at once: a host has 2,000. */
export function programsOn(path: string): (name: string) => boolean {
  const programs = new Set<string>();
  for (const folder of new Set(path.split(':')))
    for (const entry of folder.startsWith('/') ? entriesOf(folder) : [])
      if (!programs.has(entry.name) && isProgram(folder, entry)) programs.add(entry.name);
  return (name) => programs.has(name);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // as a shell does
  }
}

function isProgram(folder: string, entry: Dirent): boolean {
  if (entry.isDirectory()) return false;
  const path = join(folder, entry.name);
  try {
    accessSync(path, constants.X_OK);
    return entry.isFile() || statSync(path).isFile();
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
