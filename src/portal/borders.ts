import { ZmxError } from '../protocol/errors.ts';

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
  if (SYSTEM.includes(mountPoint)) refuse('is a system folder');
  const needed: readonly (readonly [string, string])[] = [
    [places.home, 'is or holds your home folder'],
    [places.temporary, 'is or holds the folder of temporary files'],
    ...places.own.map((folder) => [folder, `holds ${folder}`] as const),
  ];
  for (const [folder, what] of needed)
    if (folder === mountPoint || folder.startsWith(`${mountPoint}/`)) refuse(what);
}
