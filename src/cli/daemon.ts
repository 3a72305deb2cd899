import { spawnSync } from 'node:child_process';
import { entryPath } from '../base/package-root.ts';
import { placeArgs } from '../client/ensure-daemon.ts';
import type { GlobalArguments } from './arguments.ts';
import { placeOf } from './endpoints.ts';

/**
 * `zmx daemon`: the daemon in the foreground, for service managers and for looking at
 * it. The same program that is otherwise started on demand, on this terminal.
 */
export async function runDaemon(args: GlobalArguments): Promise<number> {
  const place = placeOf(args);
  const files = args.configFiles.flatMap((file) => ['-f', file]);
  const argv = [
    entryPath('daemon/zmxd'),
    ...placeArgs(place),
    ...files,
    '--foreground',
    ...args.command.slice(1),
  ];
  const child = spawnSync(process.execPath, argv, { stdio: 'inherit' });
  return child.status ?? 1;
}
