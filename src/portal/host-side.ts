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

export type PortalRequest = Omit<Body<typeof PORTAL_OPEN>, 'id' | 'root'>;

/**
 * Opens the portal on the remote, and asks what it has.
 * @param agent this machine's SSH_AUTH_SOCK, to be lent to the portal's commands.
 */
export async function openHostSide(
  connection: Connection,
  request: PortalRequest,
  agent: string | undefined,
): Promise<HostSide> {
  const lent = agent === undefined ? undefined : new LentAgent(connection, agent, request.portal);
  const [{ scratch, hostname }, programs, agentSocket] = await Promise.all([
    keepPortalOpen(connection, request),
    connection.request(HOST_PROGRAMS, {}),
    lent?.lend(),
  ]);
  const { names, home } = programs.body as Body<typeof HOST_PROGRAMS_ARE>;
  connection.stateChanged.on(({ kind }) => {
    if (kind === 'closed') lent?.dispose();
  });
  return { scratch, hostname, home, programs: new Set(names), agentSocket };
}

/** Opens the portal on the remote, in each of its epochs, until PORTAL_END or nobody has spoken for it for so long. */
export async function keepPortalOpen(
  connection: Connection,
  request: PortalRequest,
): Promise<Body<typeof PORTAL_OPENED>> {
  const open = () => connection.request(PORTAL_OPEN, { ...request, root: '' });
  const again = connection.epochChanged.on(({ first }) => {
    if (!first) open().catch(() => {}); // ended meanwhile: so have its commands
  });
  connection.stateChanged.on(({ kind }) => {
    if (kind === 'closed') again.dispose();
  });
  return (await open()).body as Body<typeof PORTAL_OPENED>;
}
