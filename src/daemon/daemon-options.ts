import { parseTcpAddress } from '../auth/hosts.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { serverPlace } from '../base/server-place.ts';
import { ZmxError } from '../protocol/errors.ts';

import type { KeyHop } from './clients/client-events.ts';
import type { ExecPoint } from './exec/commands.ts';

export interface Listener {
  readonly address: string;
  readonly port: number;
}

export interface DaemonOptions {
  readonly place: ServerPlace;
  readonly listen: readonly Listener[];
  readonly configFiles: readonly string[];
  /** Stay on the terminal, end by SIGINT, and log there too. */
  readonly foreground: boolean;
  /** The holder started this one in the place of a foreground daemon that died: the next of those takes over. */
  readonly standin: boolean;
  /** End the daemon that runs, and take its place. */
  readonly replace: boolean;
  /** Told at each hop of a key's way. */
  readonly hop?: (hop: KeyHop) => void;
  /** Told at each step of a client's command. */
  readonly execPoint?: (point: ExecPoint) => void;
}

const USAGE = 'usage: zmx daemon [--listen ADDRESS:PORT] [--listen-any ADDRESS:PORT]';
const LOOPBACK = /^(127\.|::1$|localhost$)/;
const WILDCARD = /^(0\.0\.0\.0|::|\*)$/;

/**
 * Reads zmxd's arguments. A wildcard address takes `--listen-any`: to open a port on
 * every network that the machine will ever join should not be a slip of the hand.
 * @throws ZmxError `usage`.
 */
export function parseDaemonArguments(argv: readonly string[], warn: (line: string) => void): DaemonOptions {
  let name: string | undefined;
  let path: string | undefined;
  let foreground = false;
  let standin = false;
  let replace = false;
  const listen: Listener[] = [];
  const configFiles: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const flag = argv[index]!;
    const value = () => {
      const next = argv[++index];
      if (next === undefined) throw new ZmxError('usage', `zmx daemon: ${flag} takes a value\n${USAGE}`);
      return next;
    };
    if (flag === '-L') name = value();
    else if (flag === '-S') path = value();
    else if (flag === '-f') configFiles.push(value());
    else if (flag === '--foreground') foreground = true;
    else if (flag === '--standin') standin = true;
    else if (flag === '--replace') replace = true;
    else if (flag === '--listen' || flag === '--listen-any')
      listen.push(listener(value(), flag === '--listen-any', warn));
    else throw new ZmxError('usage', `zmx daemon: unknown argument ${flag}\n${USAGE}`);
  }
  return { place: serverPlace({ name, path }), listen, configFiles, foreground, standin, replace };
}

/** The arguments with which the holder starts a daemon again that was started with these. */
export function argumentsAgain(argv: readonly string[]): string[] {
  return argv
    .filter((word) => word !== '--replace')
    .map((word) => (word === '--foreground' ? '--standin' : word));
}

function listener(text: string, any: boolean, warn: (line: string) => void): Listener {
  const { address, port } = addressOf(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);
  if (WILDCARD.test(address)) {
    if (!any)
      throw new ZmxError(
        'usage',
        `zmx daemon: ${text} listens on every network; name one address, or say --listen-any ${text}`,
      );
    warn(
      `zmx daemon: warning: ${text} is reachable from every network that this machine joins; only keys in authorized_keys get in`,
    );
  } else if (!LOOPBACK.test(address))
    warn(`zmx daemon: listening beyond this machine, on ${text}; only keys in authorized_keys get in`);
  return { address: address === '*' ? '0.0.0.0' : address, port };
}

function addressOf(text: string): ReturnType<typeof parseTcpAddress> {
  try {
    return parseTcpAddress(text);
  } catch (error) {
    throw new ZmxError('usage', `zmx daemon: ${(error as Error).message}\n${USAGE}`);
  }
}
