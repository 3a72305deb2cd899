import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ZmxError } from '../protocol/errors.ts';
import { isWithin, realPath } from './portal-paths.ts';

/** Folders of this machine that the project must neither be nor contain: what is in them is used here. */
export interface LocalPlaces {
  readonly home: string;
  readonly temporary: string;
  /** zmx's own folders, and the folder of the program that is to run. */
  readonly own: readonly string[];
}

const SYSTEM = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var',
];

/**
 * Checks that the project can be shown at its own path here without hiding what the
 * agent needs from this machine.
 * @throws ZmxError with `--at DIR` as the remedy.
 */
export function checkBorders(mountPoint: string, places: LocalPlaces): void {
  const refuse = (what: string) => {
    throw new ZmxError(
      'usage',
      `${mountPoint} ${what} here, which the agent needs; show the project elsewhere with: --at DIR`,
    );
  };
  if ([...SYSTEM, ...SYSTEM.map(realPath)].includes(mountPoint)) refuse('is a system folder');
  const needed: readonly (readonly [string, string])[] = [
    [places.home, 'is or holds your home folder'],
    [places.temporary, 'is or holds the folder of temporary files'],
    ...places.own.map((folder) => [folder, `holds ${folder}`] as const),
  ];
  for (const [folder, what] of needed)
    if ([folder, realPath(folder)].some((path) => isWithin(path, mountPoint))) refuse(what);
}

/** The folder of a program of this machine; none where it has no such program. */
export function folderOf(program: string, path: string): string[] {
  const files = program.includes('/')
    ? [resolve(program)]
    : path.split(':').map((folder) => join(folder, program));
  const found = files.find((file) => existsSync(file));
  return found === undefined ? [] : [dirname(found)];
}

/** A folder that is to be shown: where here, and where it is on its host. */
export interface Place {
  readonly at: string;
  readonly root: string;
}

/**
 * Which folders are to be mounted: not those that are seen in another one of them.
 * @throws ZmxError where one would hide a part of another.
 */
export function placesToMount<T extends Place>(places: readonly T[]): T[] {
  const mounted: T[] = [];
  for (const place of places.toSorted((one, other) => one.at.length - other.at.length)) {
    const around = mounted.find(({ at }) => isWithin(place.at, at));
    if (!around) mounted.push(place);
    else if (place.root !== join(around.root, relative(around.at, place.at)))
      throw new ZmxError(
        'usage',
        `${place.at} would hide a part of ${around.at}, which is shown too; show the project elsewhere with: --at DIR`,
      );
  }
  return places.filter((place) => mounted.includes(place));
}
