import { closeSync } from 'node:fs';
import { native } from '../base/native.ts';
import { nativePath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type ChildRequest, exitStatus, runChildArguments } from './child.ts';
import type { ExitStatus } from './wire.ts';

/** Standard streams of a child: descriptors that it gets copies of. */
export type Stdio = readonly [stdin: number, stdout: number, stderr: number];

/**
 * Starts a child in a session of its own and tells its end, once, after this call. Not by
 * node's spawn: that forks, for which the kernel copies the page tables of the whole holder.
 * The end is seen by pidfd and not by SIGCHLD, whose one handler is node's.
 * @returns its pid. @throws ZmxError with the reason why it cannot be started.
 */
export function startChild(request: ChildRequest, stdio: Stdio, ended: (exit: ExitStatus) => void): number {
  const argv = strings([nativePath('run-child'), ...runChildArguments(request)]);
  const env = strings(Object.entries(request.env).map(([name, value]) => `${name}=${value}`));
  const [pid, pidfd] = start(request.file, argv, env, stdio);
  const stopWaiting = native().onReadable(pidfd, () => {
    const end = native().reapChild(pid);
    if (!end) return;
    stopWaiting();
    closeSync(pidfd);
    ended(exitStatus(...end));
  });
  return pid;
}

function start(file: string, argv: Buffer, env: Buffer, stdio: Stdio): [pid: number, pidfd: number] {
  try {
    return native().spawnChild(argv, env, ...stdio);
  } catch (error) {
    const { code = 'EAGAIN' } = error as NodeJS.ErrnoException;
    throw new ZmxError(code, `cannot start ${file}: ${REASONS[code] ?? (error as Error).message}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  E2BIG: 'its arguments and environment are longer than the system takes',
  EAGAIN: 'too many processes; end some or raise ulimit -u',
  EMFILE: 'too many open files; end some programs or raise ulimit -n',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'no memory is left',
};

/** Each ended by a NUL. */
function strings(texts: readonly string[]): Buffer {
  if (texts.some((text) => text.includes('\0')))
    throw new ZmxError('EINVAL', 'cannot start a program with a NUL in its arguments or environment');
  return Buffer.from(texts.map((text) => `${text}\0`).join(''));
}
