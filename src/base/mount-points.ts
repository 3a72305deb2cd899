import { lstatSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathOf } from './byte-text.ts';

/** Mode bits by which src/native/launcher-root.c marks the folders that it makes: sticky, and others may not write. */
const MARK_MASK = 0o1007;
const MARK = 0o1005;

/** The folder by which a portal, known by the source of its mounts, keeps a mount point that was made. */
export function pinOf(mountPoint: string, source: string): string {
  return join(mountPoint, `.${source}`);
}

/**
 * Lets mount points go, by the pins in them: a folder that was made for a portal, and those
 * above it, are removed as soon as no other portal has its pin in them.
 */
export function releaseMountPoints(pins: readonly string[]): void {
  for (const pin of pins) {
    if (!isRemoved(pin)) continue;
    for (let folder = dirname(pin); wasMade(folder) && isRemoved(folder); ) folder = dirname(folder);
  }
}

/** Also of one that is not there (any more): what is above it may be. */
function wasMade(folder: string): boolean {
  const stat = lstatSync(pathOf(folder), { throwIfNoEntry: false });
  return (
    !stat || (stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & MARK_MASK) === MARK)
  );
}

/** False: something is in it. */
function isRemoved(folder: string): boolean {
  try {
    rmdirSync(pathOf(folder));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
  return true;
}
