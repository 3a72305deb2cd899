import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { findHost, type Host } from '../auth/hosts.ts';
import type { Disposable } from '../base/disposable.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { daemonListens, ensureDaemon } from '../client/ensure-daemon.ts';
import { LentAgent } from '../client/lent-agent.ts';
import { listHolders } from '../holder/start-holder.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection } from '../transport/types.ts';
import { attachClient } from '../tui/attached-client.ts';
import { callerEnvironment } from './caller-environment.ts';

/** How often a missing daemon is looked for, and when a holder that lives is not waited for any more, ms: its slowest restart takes 5 s. */
const LOOK_MS = 1000;
const GONE_AFTER_MS = 8000;

export interface AttachTarget {
  readonly target: string;
  readonly readOnly?: boolean | undefined;
  readonly detachOthers?: boolean | undefined;
}

/** Shows a session on this terminal until it is detached or ends; returns the exit status. */
export async function attach(
  connection: Connection,
  wish: AttachTarget,
  host: string | undefined,
  place: ServerPlace,
): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new ZmxError('usage', 'open terminal failed: not a terminal');
  const reviving = host === undefined ? reviveDaemon(connection, place) : undefined;
  const lent = host === undefined ? undefined : await lendAgent(connection, findHost(place.config, host));
  const end = await attachClient(connection, {
    ...wish,
    cwd: process.cwd(),
    env: callerEnvironment(undefined),
    told: callerEnvironment(host),
    tty: terminalName(),
    host: hostname(),
    remoteHost: host ?? '',
  }).finally(() => {
    reviving?.dispose();
    lent?.dispose();
  });
  if (end.message) process.stdout.write(`${end.message}\n`);
  return end.status;
}

/** This machine's ssh agent for the sessions of a host that is allowed it. */
async function lendAgent(connection: Connection, host: Host): Promise<Disposable | undefined> {
  const agent = process.env.SSH_AUTH_SOCK;
  if (!host.forwardAgent || !agent) return undefined;
  const lent = new LentAgent(connection, agent);
  await lent.lend();
  return lent;
}

/**
 * Starts this machine's daemon again when it died together with the holder that would
 * have done so (out of memory, an administrator's hand): the sessions are restored.
 */
function reviveDaemon(connection: Connection, place: ServerPlace): Disposable {
  let missing = 0;
  let starting = false;
  const timer = setInterval(async () => {
    if (starting) return;
    missing = connection.state.kind === 'live' || (await daemonListens(place)) ? 0 : missing + 1;
    if (missing === 0) return;
    if (missing * LOOK_MS < GONE_AFTER_MS && (await listHolders(place.runtime)).length > 0) return;
    if (starting) return;
    missing = 0;
    starting = true;
    // The badge tells that nothing answers; the next try follows.
    await ensureDaemon(place).catch(() => {});
    starting = false;
  }, LOOK_MS);
  return { dispose: () => clearInterval(timer) };
}

function terminalName(): string {
  try {
    return readlinkSync('/proc/self/fd/0');
  } catch {
    return '';
  }
}
