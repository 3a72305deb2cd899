import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import type { ServerPlace } from '../base/server-place.ts';
import { daemonListens, ensureDaemon } from '../client/ensure-daemon.ts';
import { outputPieces } from '../client/output-pieces.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body } from '../protocol/message.ts';
import { COMMAND, RESULT } from '../protocol/messages/sessions.ts';
import type { Connection } from '../transport/types.ts';
import { type GlobalArguments, splitHost } from './arguments.ts';
import { callerEnvironment } from './caller-environment.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { standardInputFor } from './standard-input.ts';
import { skewNote } from './version-skew.ts';

/** How long a host may take to answer the first time, in ms: CURVE takes 5 round trips, and a dead host should be told soon. */
const CONNECT_PATIENCE_MS = 10_000;
/** A daemon of this machine that has accepted the connection is only slow, on a machine that is starved; ms. */
const LOCAL_PATIENCE_MS = 60_000;

/** How often a daemon that does not answer is looked for, and when it is given up, ms: the holder's slowest restart takes 5 s. */
const LOOK_MS = 500;
const GONE_AFTER_MS = 15_000;

/** The holder's slowest restart of a daemon takes 5 s; one that was ended on purpose does not come back by itself. ms. */
const RETURN_PATIENCE_MS = 8_000;
const RETURN_LOOK_MS = 50;

/** Commands that start the daemon when there is none, as tmux's CMD_STARTSERVER. */
const STARTS_DAEMON = /^(new(-s[a-z]*)?|attach(-[a-z]*)?|start(-[a-z]*)?|restore)$/;

/** Sends the words of the command line to the daemon as one command list, prints what it prints, and attaches if it says so. */
export async function runDaemonCommand(args: GlobalArguments): Promise<number> {
  const place = placeOf(args);
  const { argv, host } = takeHost(args.command.length > 0 ? args.command : ['new-session']);
  if (argv[0] === 'ls' || argv[0] === 'list-sessions') {
    const at = argv.indexOf('--all');
    if (at > 0)
      return (await import('./all-hosts.ts')).listAllSessions(place, [
        ...argv.slice(0, at),
        ...argv.slice(at + 1),
      ]);
  }
  if (host === undefined) await wakeDaemon(place, argv, args);
  const connection = connectTo(place, host);
  try {
    await connection.ready(host === undefined ? LOCAL_PATIENCE_MS : CONNECT_PATIENCE_MS);
    const result = await Promise.race([
      sendAll(connection, argv, callerEnvironment(host)),
      host === undefined ? lost(connection, place) : never,
    ]);
    if (/^(ls|list-sessions|at|a|attach(-session)?)$/.test(argv[0] ?? '') || result.status !== 0)
      tellSkew(connection, host);
    if (result.attach === undefined) return result.status;
    const { attach } = await import('./attach.ts');
    return await attach(connection, result.attach, host, place);
  } finally {
    connection.dispose();
  }
}

/** Where it matters: to whoever looks around or begins to work, and where something fails. */
function tellSkew(connection: Connection, host: string | undefined): void {
  const note = skewNote(connection, host);
  if (note) process.stderr.write(`zmx: ${note}\n`);
}

const never = new Promise<never>(() => {});

/**
 * Rejects when this machine's daemon has gone and nobody starts it again. A daemon that
 * is only being started again is waited for, and the request is repeated to it.
 */
function lost(connection: Connection, place: ServerPlace): Promise<never> {
  return new Promise((_, reject) => {
    let missing = 0;
    const timer = setInterval(async () => {
      missing = connection.state.kind === 'live' || (await daemonListens(place)) ? 0 : missing + 1;
      if (missing * LOOK_MS < GONE_AFTER_MS) return;
      clearInterval(timer);
      reject(new ZmxError('lost', 'lost server: the daemon has ended and does not come back'));
    }, LOOK_MS);
    timer.unref();
  });
}

/** Takes `@host` off the session that attach, new and has-session name. */
function takeHost(command: readonly string[]): { argv: string[]; host: string | undefined } {
  const argv = [...command];
  let host: string | undefined;
  const take = (index: number) => {
    const split = splitHost(argv[index] ?? '');
    if (split.host === undefined) return;
    host = split.host;
    argv[index] = split.name;
  };
  for (let index = 1; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === ';' || word === '--') break;
    if (/^-[ts]$/.test(word)) take(++index);
    else if (index === 1 && /^(attach|attach-session|a|at)$/.test(argv[0]!) && !word.startsWith('-'))
      take(index);
  }
  return { argv, host };
}

async function wakeDaemon(place: ServerPlace, argv: readonly string[], args: GlobalArguments): Promise<void> {
  if (STARTS_DAEMON.test(argv[0] ?? ''))
    return ensureDaemon(
      place,
      args.configFiles.flatMap((file) => ['-f', file]),
    );
  if (await daemonListens(place)) return;
  if (!(await keepsSessions(place))) throw new ZmxError('usage', `no server running on ${place.socket}`);
  for (const end = Date.now() + RETURN_PATIENCE_MS; Date.now() < end; await sleep(RETURN_LOOK_MS))
    if (await daemonListens(place)) return;
  return ensureDaemon(place);
}

/** There are sessions without a daemon: it has just been killed, and the holder starts the next one, with its listeners. */
async function keepsSessions(place: ServerPlace): Promise<boolean> {
  if (!existsSync(join(place.state, 'sessions.json'))) return false;
  const { listHolders } = await import('../holder/start-holder.ts');
  return (await listHolders(place.runtime)).length > 0;
}

/** The commands, and then what of standard input they ask for as it comes. */
async function sendAll(
  connection: Connection,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<Body<typeof RESULT>> {
  let result = await send(connection, argv, env, await standardInputFor(argv));
  const { feed } = result;
  if (feed === undefined) return result;
  const words = ['display-message', '-I', '-t', feed];
  // Decoded as a stream, so that no piece ends within a character.
  for await (const piece of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    result = await send(connection, words, {}, Buffer.from(piece));
    if (result.status !== 0) break;
  }
  return result;
}

async function send(
  connection: Connection,
  argv: readonly string[],
  env: Record<string, string>,
  input: Uint8Array | undefined,
): Promise<Body<typeof RESULT>> {
  const op = nanoid();
  const answer = await connection.request(
    COMMAND,
    {
      op,
      argv: [...argv],
      cwd: process.cwd(),
      env,
      pane: process.env.ZMX_PANE ?? '',
      pieces: true,
      ...terminalSize(),
    },
    { payload: input ? [input] : [] },
  );
  if (answer.definition !== RESULT)
    throw new ZmxError('invalid', `the daemon answered ${answer.definition.name} to a command`);
  const body = answer.body as Body<typeof RESULT>;
  await write(process.stdout, answer.payload[0]);
  for await (const piece of outputPieces(connection, op, body.length ?? 0))
    await write(process.stdout, piece);
  await write(process.stderr, answer.payload[1]);
  return body;
}

function terminalSize(): Pick<Body<typeof COMMAND>, 'size'> {
  const { columns: cols, rows } = process.stdout;
  return cols && rows ? { size: { cols, rows } } : {};
}

function write(stream: NodeJS.WriteStream, bytes: Uint8Array | undefined): Promise<void> {
  if (!bytes || bytes.length === 0) return Promise.resolve();
  return new Promise((resolve) => stream.write(bytes, () => resolve()));
}
