import { basename } from 'node:path';
import { bytesOf } from '../base/byte-text.ts';
import { TMUX_VERSION } from '../base/tmux-version.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type GlobalArguments, parseGlobalArguments } from './arguments.ts';

/**
 * The `zmx` command. What it needs is imported when it needs it: every millisecond
 * of loading is a millisecond of `zmx ls`.
 */
async function main(): Promise<number> {
  const args = parseGlobalArguments(process.argv.slice(2));
  if (args.version) {
    const { packageVersion } = await import('../base/package-root.ts');
    // As the `tmux` that tmux-compat puts into PATH.
    const asTmux = basename(process.argv[1] ?? '') === 'tmux';
    process.stdout.write(asTmux ? `tmux ${TMUX_VERSION}\n` : `zmx ${packageVersion()}\n`);
    return 0;
  }
  const [name] = args.command;
  if (args.help || name === 'help')
    return (await import('./help.ts')).help(args.help ? name : args.command[1]);
  const local = name === undefined ? undefined : localCommands.get(name);
  if (local) return (await local())(args);
  return (await import('./daemon-command.ts')).runDaemonCommand(args);
}

type LocalCommand = (args: GlobalArguments) => Promise<number>;

/** Commands that this process carries out itself; all others go to the daemon. */
const localCommands = new Map<string, () => Promise<LocalCommand>>([
  ['daemon', async () => (await import('./daemon.ts')).runDaemon],
  ['key', async () => (await import('./keys.ts')).showKey],
  ['authorize', async () => (await import('./keys.ts')).authorize],
  ['host', async () => (await import('./hosts.ts')).host],
  ['portal', async () => (await import('./portal.ts')).runPortal],
  ['exec', async () => (await import('./exec.ts')).runExec],
  ['cp', async () => (await import('./cp.ts')).runCp],
  ['upgrade-daemon', async () => (await import('./upgrade-daemon.ts')).upgradeDaemon],
  ['restore', async () => (await import('./restore.ts')).runRestore],
  ['mount', async () => (await import('./mount.ts')).runMount],
  ['doctor', async () => (await import('./doctor.ts')).runDoctor],
  ['replay', async () => (await import('./logs/replay.ts')).runReplay],
  ['export', async () => (await import('./logs/export.ts')).runExport],
  ['log', async () => (await import('./logs/log.ts')).runLog],
  ['demo', async () => (await import('./demo.ts')).runDemo],
]);

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof ZmxError && error.code === 'usage';
  process.stderr.write(bytesOf(isUsage ? `${message}\n` : `zmx: ${message}\n`));
  return 1;
}

/**
 * A command line is done when it says so: sockets and workers that still close in
 * the background must not keep the shell waiting. Output comes first.
 */
function leave(status: number): void {
  process.exitCode = status;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
}

process.on('SIGPIPE', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // `zmx ls | head -1`
});

main().then(leave, (error: unknown) => leave(report(error)));
