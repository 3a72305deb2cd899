import { currentUser } from '../../base/user.ts';
import type { SpawnRequest } from '../../holder/holder-client.ts';
import type { HeldPane } from '../../holder/wire.ts';
import type { Body } from '../../protocol/message.ts';
import type { EXEC_START } from '../../protocol/messages/exec.ts';

/** A client's command as the holder starts it; `env` is complete. */
export function spawnRequest(body: Body<typeof EXEC_START>, env: Record<string, string>): SpawnRequest {
  const program = body.argv[0] ?? '';
  return {
    op: body.op,
    pane: body.op,
    kind: body.tty ? 'pty' : 'pipe',
    argv: body.argv,
    cwd: body.cwd || currentUser().home,
    env,
    noInput: !body.stdin,
    cols: body.tty?.cols ?? 80,
    rows: body.tty?.rows ?? 24,
    meta: JSON.stringify({ exec: true, portal: body.portal ?? '', root: body.root?.session ?? '' }),
    ...(body.umask !== undefined && { umask: body.umask }),
    ...(body.login && { arg0: `-${program.slice(program.lastIndexOf('/') + 1)}` }),
  };
}

/** Whether a held child is a command of a portal. */
export function isExec({ meta }: HeldPane): boolean {
  return meta.includes('"exec":true');
}
