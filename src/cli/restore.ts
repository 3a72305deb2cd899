import { spawnSync } from 'node:child_process';
import { entryPath } from '../base/package-root.ts';
import { daemonListens, placeArgs } from '../client/ensure-daemon.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { runDaemonCommand } from './daemon-command.ts';
import { placeOf } from './endpoints.ts';

const USAGE = 'usage: zmx restore [--list | [--dry-run] [--from NUMBER]]';
const SHORT: Readonly<Record<string, string>> = { '--list': '-l', '--dry-run': '-n', '--from': '-f' };

/**
 * `zmx restore`: the daemon's command of the same name, with long flags. Where no daemon
 * runs, starting one would already do what was asked to be only shown: then a program
 * beside the daemon's looks at its files.
 */
export async function runRestore(args: GlobalArguments): Promise<number> {
  const words = args.command.slice(1).flatMap((word) => {
    const [name = '', ...value] = word.split(/=(.*)/s, 2);
    const short = SHORT[name] ?? name;
    if (!/^(-[ln]|-f|\d+)$/.test(short)) throw new ZmxError('usage', USAGE);
    return [short, ...value];
  });
  const place = placeOf(args);
  const onlyShown = words.includes('-l') || words.includes('-n');
  if (!onlyShown || (await daemonListens(place)))
    return runDaemonCommand({ ...args, command: ['restore', ...words] });
  const program = [entryPath('daemon/restore/look'), ...placeArgs(place), ...words];
  return spawnSync(process.execPath, program, { stdio: 'inherit' }).status ?? 1;
}
