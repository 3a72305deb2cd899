import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openDevice } from '../../src/portal/mount.ts';

/** Arguments of unshare(1) for a host of its own on this machine: mounts and name that nobody else sees. */
export const ISOLATED: readonly string[] = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--mount', '--uts', '--propagation', 'private', '--'],
];

/** Shell script that becomes "$@" on the isolated host: it is named devbox and has a /srv for itself. */
export const BECOME_DEVBOX = 'hostname devbox && mount -t tmpfs none /srv && mkdir /srv/tmp && exec "$@"';

/** Arguments that make what follows them an ordinary user's program: root's files are its own, but it has no rights over their modes. */
export const AS_ORDINARY_USER: readonly string[] = [
  'unshare',
  '--user',
  '--map-user=1000',
  '--map-group=1000',
  '--',
];

/** Why portals cannot be tried on this machine; undefined: they can. */
export function whyNoPortal(): string | undefined {
  try {
    closeSync(openDevice());
  } catch (error) {
    return (error as Error).message;
  }
  const tried = spawnSync('unshare', [...ISOLATED, 'sh', '-c', 'mount -t tmpfs none /srv'], {
    encoding: 'utf8',
  });
  return tried.status === 0 ? undefined : `namespaces are refused: ${tried.stderr ?? String(tried.error)}`;
}
