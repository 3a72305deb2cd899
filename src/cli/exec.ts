import { constants } from 'node:os';
import { nanoid } from 'nanoid';
import { LentAgent } from '../client/lent-agent.ts';
import { type RemoteCommand, RemoteCommands } from '../client/remote-commands.ts';
import { ZmxError } from '../protocol/errors.ts';
import { requireAgent } from './agent.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { parseRemotePlace } from './remote-place.ts';

/** How long the host may take to answer the first time, ms; afterwards a lost connection is waited for. */
const CONNECT_PATIENCE_MS = 10_000;
/** Status where the command's own cannot be known, as ssh uses it. */
const UNKNOWN_STATUS = 255;

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * `zmx exec HOST[:DIR] -- CMD…`: one command on a host, as ssh would run it, but it
 * survives lost connections and restarts of either daemon, and runs once.
 */
export async function runExec(args: GlobalArguments): Promise<number> {
  const words = args.command.slice(1);
  const forwardAgent = words[0] === '--forward-agent';
  if (forwardAgent) words.shift();
  const split = words.indexOf('--');
  const argv = split >= 0 ? words.slice(split + 1) : words.slice(1);
  if (words.length === 0 || split > 1 || argv.length === 0)
    throw new ZmxError('usage', 'usage: zmx exec [--forward-agent] HOST[:DIR] -- COMMAND [ARGUMENT...]');
  const { host, path } = parseRemotePlace(words[0]!);
  const connection = connectTo(placeOf(args), host);
  try {
    await connection.ready(CONNECT_PATIENCE_MS);
    const lent = forwardAgent && new LentAgent(connection, requireAgent(), nanoid());
    const agent = lent && { SSH_AUTH_SOCK: await lent.lend() };
    const commands = new RemoteCommands(connection);
    const tty = process.stdin.isTTY && process.stdout.isTTY;
    const command = commands.start(
      {
        argv,
        cwd: path,
        env: { ...terminalEnvironment(), ...agent },
        stdin: true,
        ...(tty && { tty: { cols: process.stdout.columns, rows: process.stdout.rows } }),
      },
      (stream, bytes) => write(stream === 1 ? process.stdout : process.stderr, bytes),
    );
    return await follow(command, tty);
  } finally {
    connection.dispose();
  }
}

/** Passes input, signals and sizes until the command ends; returns its status. */
async function follow(command: RemoteCommand, tty: boolean): Promise<number> {
  const { stdin } = process;
  if (tty) {
    stdin.setRawMode(true);
    process.on('SIGWINCH', () => command.resize(process.stdout.columns, process.stdout.rows));
  }
  for (const name of FORWARDED) process.on(name, () => command.signal(constants.signals[name]));
  stdin.on('data', (data: Buffer) => {
    stdin.pause();
    void command.input(data).then(() => stdin.resume());
  });
  stdin.on('end', () => command.endInput());
  try {
    const { code } = await command.exit;
    command.done();
    return code;
  } catch (error) {
    process.stderr.write(`zmx exec: ${(error as Error).message}\n`);
    const { code } = ZmxError.info(error);
    return code === 'ENOENT' ? 127 : code === 'EACCES' ? 126 : UNKNOWN_STATUS;
  } finally {
    if (tty) stdin.setRawMode(false);
    stdin.destroy();
  }
}

function terminalEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ['TERM', 'COLORTERM', 'LANG', 'LC_ALL', 'LC_CTYPE']) {
    const value = process.env[name];
    if (value) env[name] = value;
  }
  return env;
}

function write(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(bytes, () => resolve());
  });
}
