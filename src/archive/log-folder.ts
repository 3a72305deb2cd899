import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { PaneMeta } from './records.ts';

/**
 * The logs on disk: a folder for each pane, named by its uuid, with segments
 *
 *     NUMBER-SALT.log     as it is written
 *     NUMBER-SALT.zlog    closed and compressed
 *
 * and pane.json. While one is being compressed both are there; they say the same.
 */
const SEGMENT_NAME = /^(\d{8})-([0-9a-f]{16})\.(z?)log$/;
const META_NAME = 'pane.json';

/** Where the panes' logs are, in a daemon's state folder. */
export function logRoot(stateFolder: string): string {
  return join(stateFolder, 'log');
}

export interface SegmentFileName {
  readonly number: number;
  readonly salt: string;
  readonly packed: boolean;
  readonly path: string;
}

export function segmentPath(folder: string, number: number, salt: string, packed: boolean): string {
  return join(folder, `${String(number).padStart(8, '0')}-${salt}.${packed ? 'z' : ''}log`);
}

/** Files of segments, oldest first, a compressed one before its original; nothing where there is no folder. */
export function segmentFiles(folder: string): SegmentFileName[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, number, salt = '', z] = SEGMENT_NAME.exec(name) ?? [];
      return number ? [{ number: Number(number), salt, packed: z === 'z', path: join(folder, name) }] : [];
    })
    .sort((a, b) => a.number - b.number || Number(b.packed) - Number(a.packed));
}

/** What a compression left behind that a death interrupted. */
export function unfinishedFiles(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.zlog.new'))
    .map((name) => join(folder, name));
}

/** Panes that have a log, in no order. */
export function loggedPanes(root: string): string[] {
  return namesIn(root);
}

export function makeLogFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** undefined where there is none that can be read. */
export function readMeta(folder: string): PaneMeta | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, META_NAME), 'utf8')) as PaneMeta;
  } catch {
    return undefined;
  }
}

/** @throws a system error, e.g. ENOSPC. */
export function writeMeta(folder: string, meta: PaneMeta): void {
  makeLogFolder(folder);
  writeFileAtomic(join(folder, META_NAME), [`${JSON.stringify(meta)}\n`]);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
