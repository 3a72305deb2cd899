import { becomeProgram } from '../base/become-program.ts';
import { entryPath } from '../base/package-root.ts';
import { placeArgs } from '../client/ensure-daemon.ts';
import type { GlobalArguments } from './arguments.ts';
import { placeOf } from './endpoints.ts';

/**
 * `zmx daemon`: the daemon in the foreground, for service managers and for looking at
 * it. The same program that is otherwise started on demand, on this terminal and in this
 * process, so that a signal to what was started is one to the daemon.
 */
export async function runDaemon(args: GlobalArguments): Promise<never> {
  const place = placeOf(args);
  const files = args.configFiles.flatMap((file) => ['-f', file]);
  return becomeProgram([
    process.execPath,
    entryPath('daemon/zmxd'),
    ...placeArgs(place),
    ...files,
    '--foreground',
    ...args.command.slice(1),
  ]);
}
