import type { Body } from '../protocol/message.ts';
import { HOST_PROGRAMS, type HOST_PROGRAMS_ARE } from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';

/** The home folder on a host, which a place without a path means. */
export async function homeOf(connection: Connection): Promise<string> {
  const { body } = await connection.request(HOST_PROGRAMS, {});
  return (body as Body<typeof HOST_PROGRAMS_ARE>).home;
}
