import { constants } from 'node:os';
import { nanoid } from 'nanoid';
import { bytesOf } from '../base/byte-text.ts';
import type { Disposable } from '../base/disposable.ts';
import { ensureDaemon } from '../client/ensure-daemon.ts';
import { LentAgent } from '../client/lent-agent.ts';
import { type RemoteCommand, RemoteCommands } from '../client/remote-commands.ts';
import { keepPortalOpen } from '../portal/host-side.ts';
import { whenOutOfReach } from '../portal/out-of-reach.ts';
import { PortalGuard } from '../portal/portal-guard.ts';
import type { PortalSettings } from '../portal/portal-options.ts';
import { ZmxError } from '../protocol/errors.ts';
import { PORTAL_END } from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';
import { requireAgent } from './agent.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { exactWords } from './exact-words.ts';
import { portalSettings } from './portal-settings.ts';
import { parseRemotePlace, type RemotePlace } from './remote-place.ts';

/** How long the host may take to answer the first time, ms; afterwards a lost connection is waited for. */
const CONNECT_PATIENCE_MS = 10_000;
/** How long the host may take to confirm the end; after that the guardian goes on trying. ms. */
const END_PATIENCE_MS = 3000;
/** Status where the command's own cannot be known, as ssh uses it. */
const UNKNOWN_STATUS = 255;

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * `zmx exec HOST[:DIR] -- CMD…`: one command on a host, as ssh would run it, but it
 * survives lost connections and restarts of either daemon, and runs once. It is a portal
 * without files: guarded from here, so that the command is hung up on when this process
 * is killed, and with the same time-outs.
 */
export async function runExec(args: GlobalArguments): Promise<number> {
  const words = exactWords(args.command.slice(1));
  const forwardAgent = words[0] === '--forward-agent';
  if (forwardAgent) words.shift();
  const split = words.indexOf('--');
  const argv = split >= 0 ? words.slice(split + 1) : words.slice(1);
  if (words.length === 0 || split > 1 || argv.length === 0)
    throw new ZmxError('usage', 'usage: zmx exec [--forward-agent] HOST[:DIR] -- COMMAND [ARGUMENT...]');
  const place = parseRemotePlace(words[0]!);
  const server = placeOf(args);
  const connection = connectTo(server, place.host);
  try {
    await Promise.all([connection.ready(CONNECT_PATIENCE_MS), ensureDaemon(server)]);
    const local = connectTo(server, undefined);
    try {
      await local.ready(CONNECT_PATIENCE_MS);
      return await runGuarded({ place, argv, forwardAgent, connection, local });
    } finally {
      local.dispose();
    }
  } finally {
    connection.dispose();
  }
}

interface ExecRun {
  readonly place: RemotePlace;
  readonly argv: string[];
  readonly forwardAgent: boolean;
  readonly connection: Connection;
  /** To this machine's daemon, which guards the command. */
  readonly local: Connection;
}

async function runGuarded(run: ExecRun): Promise<number> {
  const { place, connection, local } = run;
  const guard = new PortalGuard(local, place.host);
  const portal = nanoid();
  const [settings] = await Promise.all([
    portalSettings(local),
    guard.begin({ portal, namespace: '', folders: [], mountPoints: [] }),
  ]);
  const { orphanTimeoutMs } = settings;
  keepPortalOpen(connection, { portal, orphanTimeoutMs, keepsBackground: true }).catch(() => {}); // the command says what is wrong
  try {
    return await runCommand(run, portal, settings);
  } finally {
    await end(connection, guard, portal).catch(() => {}); // not now: its guardian will
  }
}

async function end(connection: Connection, guard: PortalGuard, portal: string): Promise<void> {
  if (connection.state.kind !== 'live') return;
  const signal = AbortSignal.timeout(END_PATIENCE_MS);
  await connection.request(PORTAL_END, { portal }, { signal });
  await guard.end(portal, signal);
}

/** Passes input, output, signals and sizes until the command ends; returns its status. */
async function runCommand(
  { place, argv, forwardAgent, connection }: ExecRun,
  portal: string,
  { timeoutMs }: PortalSettings,
): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const lent = forwardAgent && new LentAgent(connection, requireAgent(), portal);
  const agent = lent && { SSH_AUTH_SOCK: await lent.lend() };
  const tty = stdin.isTTY && stdout.isTTY;
  const commands = new RemoteCommands(connection);
  const command = commands.start(
    {
      argv,
      cwd: place.path,
      env: { ...terminalEnvironment(), ...agent },
      stdin: true,
      portal,
      ...(tty && { tty: { cols: stdout.columns, rows: stdout.rows } }),
    },
    (stream, bytes) => write(stream === 1 ? stdout : stderr, bytes),
  );
  let patience: Disposable | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    patience = whenOutOfReach(connection, timeoutMs, reject);
  });
  const interrupted = follow(command, connection, tty);
  try {
    const { code } = await Promise.race([command.exit, interrupted, tooLong]);
    return code;
  } catch (error) {
    if (tty) stdin.setRawMode(false);
    stderr.write(bytesOf(`zmx exec: ${(error as Error).message}\n`));
    const { code } = ZmxError.info(error);
    return code === 'ENOENT' ? 127 : code === 'EACCES' ? 126 : UNKNOWN_STATUS;
  } finally {
    patience?.dispose();
    if (tty) stdin.setRawMode(false);
    stdin.destroy();
    commands.dispose();
  }
}

/** Resolves when a signal has ended it here since the host, which would be told, cannot be reached. */
function follow(
  command: RemoteCommand,
  connection: Connection,
  tty: boolean,
): Promise<{ readonly code: number }> {
  const { stdin } = process;
  if (tty) {
    stdin.setRawMode(true);
    process.on('SIGWINCH', () => command.resize(process.stdout.columns, process.stdout.rows));
  }
  stdin.on('data', (data: Buffer) => {
    stdin.pause();
    void command.input(data).then(() => stdin.resume());
  });
  stdin.on('end', () => command.endInput());
  return new Promise((resolve) => {
    for (const name of FORWARDED)
      process.on(name, () => {
        const number = constants.signals[name];
        command.signal(number);
        if (connection.state.kind !== 'live') resolve({ code: 128 + number });
      });
  });
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
