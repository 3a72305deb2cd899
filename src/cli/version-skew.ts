import { packageVersion } from '../base/package-root.ts';
import { compareVersions } from '../base/versions.ts';
import type { Connection } from '../transport/types.ts';

/** The only release whose daemon does not say its version. */
const SILENT_VERSION = '0.1.0';

/** Of the daemon that welcomed this connection. */
export function daemonVersion(connection: Connection): string {
  return connection.daemonVersion ?? SILENT_VERSION;
}

/** A line for the user where the daemon is of another version than this command; undefined where it is not. */
export function skewNote(connection: Connection, host: string | undefined): string | undefined {
  const there = daemonVersion(connection);
  const here = packageVersion();
  const order = compareVersions(there, here);
  if (order === 0) return undefined;
  const who = host === undefined ? 'the daemon' : `the daemon of ${host}`;
  const remedy =
    order > 0
      ? `this command is ${here}: install zmx ${there} here`
      : host === undefined
        ? "'zmx upgrade-daemon' replaces it under its programs"
        : `update zmx there, then 'zmx upgrade-daemon' there replaces it under its programs`;
  return `${who} is ${there}, ${remedy}`;
}
