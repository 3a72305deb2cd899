import { nanoid } from 'nanoid';
import { readHosts } from '../../auth/hosts.ts';
import { packageVersion } from '../../base/package-root.ts';
import type { ServerPlace } from '../../base/server-place.ts';
import { daemonListens } from '../../client/ensure-daemon.ts';
import { COMMAND } from '../../protocol/messages/sessions.ts';
import { connectTo } from '../endpoints.ts';
import { type Check, type Finding, note } from './finding.ts';

/** A host that answers at all does so in this time, also at the other end of the world, ms. */
const HOST_PATIENCE_MS = 5000;

/** This machine's daemon, and that of each configured host. */
export function daemonChecks(place: ServerPlace): readonly Check[] {
  return [
    {
      subject: 'daemon',
      look: async () =>
        (await daemonListens(place))
          ? versionThere(place, undefined)
          : 'not running; starts when it is needed',
    },
    ...readHosts(place.config).map(({ name }) => ({
      subject: `host ${name}`,
      look: () => versionThere(place, name),
    })),
  ];
}

async function versionThere(place: ServerPlace, host: string | undefined): Promise<Finding | string> {
  const connection = connectTo(place, host);
  try {
    await connection.ready(HOST_PATIENCE_MS);
    const asked = performance.now();
    const answer = await connection.request(
      COMMAND,
      {
        op: nanoid(),
        argv: ['display-message', '-p', '#{?zmx_version,#{zmx_version},#{version}}'],
        cwd: '/',
      },
      { signal: AbortSignal.timeout(HOST_PATIENCE_MS) },
    );
    const roundTrip = Math.max(1, Math.round(performance.now() - asked));
    const version = Buffer.from(answer.payload[0] ?? [])
      .toString()
      .trim();
    const text = `zmx ${version}, answers in ${roundTrip} ms`;
    if (version === packageVersion()) return text;
    const remedy =
      host === undefined ? 'zmx upgrade-daemon replaces it under its programs' : `update zmx on ${host}`;
    return note(`${text}; this is ${packageVersion()}: ${remedy}`);
  } catch (error) {
    const why = (error as Error).message;
    const told = `does not answer: ${why}`;
    throw new Error(host === undefined ? `${told}; see ${place.state}/zmxd.log` : told);
  } finally {
    connection.dispose();
  }
}
