import { closeSync } from 'node:fs';
import { bytesOf } from '../base/byte-text.ts';
import { native } from '../base/native.ts';
import { nativePath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type ChildRequest, exitStatus } from './child.ts';
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
  const [pid, pidfd] = start(request, stdio);
  const stopWaiting = native().onReadable(pidfd, () => {
    const end = native().reapChild(pid);
    if (!end) return;
    stopWaiting();
    closeSync(pidfd);
    ended(exitStatus(...end));
  });
  return pid;
}

function start(request: ChildRequest, stdio: Stdio): [pid: number, pidfd: number] {
  const { file, cwd, arg0, args, umask = -1 } = request;
  const words = strings([nativePath('run-child'), cwd, file, arg0, ...args]);
  const env = strings(Object.entries(request.env).map(([name, value]) => `${name}=${value}`));
  try {
    return native().spawnChild(words, env, umask, ...stdio);
  } catch (error) {
    const { code = 'EAGAIN' } = error as NodeJS.ErrnoException;
    throw new ZmxError(code, `cannot start ${file}: ${REASONS[code] ?? (error as Error).message}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EAGAIN: 'too many processes; end some or raise ulimit -u',
  EMFILE: 'too many open files; end some programs or raise ulimit -n',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'no memory is left',
};

/** Each ended by a NUL. */
function strings(texts: readonly string[]): Buffer {
  if (texts.some((text) => text.includes('\0')))
    throw new ZmxError('EINVAL', 'cannot start a program with a NUL in its arguments or environment');
  return bytesOf(texts.map((text) => `${text}\0`).join(''));
}
