import { nanoid } from 'nanoid';
import { type LoggedPane, listLogs } from '../../archive/log-reader.ts';
import type { ServerPlace } from '../../base/server-place.ts';
import { daemonListens } from '../../client/ensure-daemon.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { COMMAND } from '../../protocol/messages/sessions.ts';
import { connectTo } from '../endpoints.ts';

/** How long this machine's daemon may take to say which pane is meant, ms; without it the logs' own names count. */
const DAEMON_PATIENCE_MS = 10_000;

/**
 * The log of the pane that `target` names: as every command's -t while the daemon runs; a pane
 * that has ended by its id or place of then (`%3`, `work:0.1`), or by the beginning of its uuid.
 * @throws ZmxError where there is none, or more than one.
 */
export async function findLog(place: ServerPlace, target: string | undefined): Promise<LoggedPane> {
  const logs = listLogs(place.state);
  const uuid = await livingPane(place, target);
  const living = logs.find(({ pane }) => pane === uuid);
  if (living) return living;
  if (uuid !== undefined)
    throw new ZmxError('ENOENT', `${target ?? 'this pane'} has no log (see the option log)`);
  const found = logs.filter((log) => isNamed(log, target ?? ''));
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  if (only)
    throw new ZmxError(
      'usage',
      `zmx: ${found.length} panes were ${target}; name one by its uuid:\n${list(found)}`,
    );
  throw new ZmxError(
    'ENOENT',
    logs.length > 0
      ? `no pane ${target ?? ''} has a log; zmx log list shows those that have`
      : `no pane has a log in ${place.state}`,
  );
}

/** uuid of the pane that lives and is meant. */
async function livingPane(place: ServerPlace, target: string | undefined): Promise<string | undefined> {
  if (!(await daemonListens(place))) return undefined;
  const connection = connectTo(place, undefined);
  try {
    await connection.ready(DAEMON_PATIENCE_MS);
    const answer = await connection.request(COMMAND, {
      op: nanoid(),
      argv: ['display-message', '-p', ...(target === undefined ? [] : ['-t', target]), '#{pane_uuid}'],
      cwd: '/',
      pane: process.env.ZMX_PANE ?? '',
    });
    return (
      Buffer.from(answer.payload[0] ?? [])
        .toString()
        .trim() || undefined
    );
  } finally {
    connection.dispose();
  }
}

function isNamed({ pane, meta }: LoggedPane, target: string): boolean {
  if (target.length >= 4 && pane.startsWith(target)) return true;
  return meta !== undefined && (meta.name === target || placeName(meta) === target);
}

/** `work:0.1`. */
export function placeName(meta: NonNullable<LoggedPane['meta']>): string {
  return `${meta.session}:${meta.windowIndex}.${meta.paneIndex}`;
}

function list(logs: readonly LoggedPane[]): string {
  return logs.map(({ pane, meta }) => `  ${pane}  ${meta?.command ?? ''}`).join('\n');
}
