import { nativePath } from '../../base/package-root.ts';
import { currentUser } from '../../base/user.ts';
import type { SpawnRequest } from '../../holder/holder-client.ts';
import type { HeldPane } from '../../holder/wire.ts';
import type { Body } from '../../protocol/message.ts';
import type { EXEC_START } from '../../protocol/messages/exec.ts';

/** A client's command as the holder starts it; `env` is complete. */
export function spawnRequest(body: Body<typeof EXEC_START>, env: Record<string, string>): SpawnRequest {
  const [program = '', ...args] = body.argv;
  const arg0 = body.login ? `-${program.slice(program.lastIndexOf('/') + 1)}` : program;
  const job = body.tty && body.job;
  return {
    op: body.op,
    pane: body.op,
    kind: body.tty ? 'pty' : 'pipe',
    argv: job ? [nativePath('job-leader'), job, program, arg0, ...args] : body.argv,
    cwd: body.cwd || currentUser().home,
    env,
    noInput: !body.stdin,
    cols: body.tty?.cols ?? 80,
    rows: body.tty?.rows ?? 24,
    meta: JSON.stringify({ exec: true, portal: body.portal ?? '', root: body.root?.session ?? '' }),
    ...(body.umask !== undefined && { umask: body.umask }),
    ...(body.login && !job && { arg0 }),
  };
}

/** Whether a held child is a command of a portal. */
export function isExec({ meta }: HeldPane): boolean {
  return meta.includes('"exec":true');
}
