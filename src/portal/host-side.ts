import { LentAgent } from '../client/lent-agent.ts';
import type { Body } from '../protocol/message.ts';
import {
  HOST_PROGRAMS,
  type HOST_PROGRAMS_ARE,
  PORTAL_OPEN,
  type PORTAL_OPENED,
} from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';

/** What the remote says when a portal begins. */
export interface HostSide {
  /** Its folder for temporary files of this portal. */
  readonly scratch: string;
  readonly hostname: string;
  readonly home: string;
  readonly programs: ReadonlySet<string>;
  /** Socket there that leads to this machine's ssh agent, if that is lent. */
  readonly agentSocket: string | undefined;
}

/**
 * Opens the portal on the remote, which keeps it open until PORTAL_END or nobody has spoken for it for so long.
 * @param agent this machine's SSH_AUTH_SOCK, to be lent to the portal's commands.
 */
export async function openHostSide(
  connection: Connection,
  portal: string,
  orphanTimeoutMs: number,
  agent: string | undefined,
): Promise<HostSide> {
  const lent = agent === undefined ? undefined : new LentAgent(connection, agent, portal);
  const [opened, programs, agentSocket] = await Promise.all([
    connection.request(PORTAL_OPEN, { portal, orphanTimeoutMs, root: '' }),
    connection.request(HOST_PROGRAMS, {}),
    lent?.lend(),
  ]);
  const { scratch, hostname } = opened.body as Body<typeof PORTAL_OPENED>;
  const { names, home } = programs.body as Body<typeof HOST_PROGRAMS_ARE>;
  const again = connection.epochChanged.on(({ first }) => {
    if (!first) void connection.request(PORTAL_OPEN, { portal, orphanTimeoutMs, root: '' }).catch(() => {});
  });
  connection.stateChanged.on(({ kind }) => {
    if (kind !== 'closed') return;
    again.dispose();
    lent?.dispose();
  });
  return { scratch, hostname, home, programs: new Set(names), agentSocket };
}
