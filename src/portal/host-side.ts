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
}

/** Opens the portal on the remote, which keeps it open until PORTAL_END or nobody has spoken for it for so long. */
export async function openHostSide(
  connection: Connection,
  portal: string,
  orphanTimeoutMs: number,
): Promise<HostSide> {
  const [opened, programs] = await Promise.all([
    connection.request(PORTAL_OPEN, { portal, orphanTimeoutMs, root: '' }),
    connection.request(HOST_PROGRAMS, {}),
  ]);
  const { scratch, hostname } = opened.body as Body<typeof PORTAL_OPENED>;
  const { names, home } = programs.body as Body<typeof HOST_PROGRAMS_ARE>;
  const again = connection.epochChanged.on(({ first }) => {
    if (!first) void connection.request(PORTAL_OPEN, { portal, orphanTimeoutMs, root: '' }).catch(() => {});
  });
  connection.stateChanged.on(({ kind }) => {
    if (kind === 'closed') again.dispose();
  });
  return { scratch, hostname, home, programs: new Set(names) };
}
