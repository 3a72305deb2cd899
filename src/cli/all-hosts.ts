import { nanoid } from 'nanoid';
import { readHosts } from '../auth/hosts.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { daemonListens } from '../client/ensure-daemon.ts';
import { COMMAND } from '../protocol/messages/sessions.ts';
import { connectTo } from './endpoints.ts';

/** A host that has not answered by then is marked dead; it is promised within 2 s, ms. */
const HOST_PATIENCE_MS = 1_500;

/** `zmx ls --all`: local sessions first, then each host's, asked in parallel. */
export async function listAllSessions(place: ServerPlace, argv: readonly string[]): Promise<number> {
  const hosts = readHosts(place.config);
  const asked = hosts.map(({ name }) => sessionsOf(place, name, argv));
  if (await daemonListens(place)) process.stdout.write(await sessionsOf(place, undefined, argv));
  for (const answer of asked) process.stdout.write(await answer);
  return 0;
}

async function sessionsOf(
  place: ServerPlace,
  host: string | undefined,
  argv: readonly string[],
): Promise<string> {
  const connection = connectTo(place, host);
  const label = (text: string) => (host === undefined ? text : `${host}: ${text}`);
  try {
    await connection.ready(HOST_PATIENCE_MS);
    const signal = AbortSignal.timeout(HOST_PATIENCE_MS);
    const answer = await connection.request(COMMAND, { op: nanoid(), argv: [...argv], cwd: '/' }, { signal });
    const text =
      Buffer.from(answer.payload[0] ?? []).toString('utf8') ||
      Buffer.from(answer.payload[1] ?? []).toString('utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => `${host === undefined ? line : line.replace(/^([^:]*):/, `$1@${host}:`)}\n`)
      .join('');
  } catch (error) {
    return `${label(`does not answer (${error instanceof Error ? error.message : String(error)})`)}\n`;
  } finally {
    connection.dispose();
  }
}
