import { ZmxError } from '../protocol/errors.ts';

/** What stands before the command on zmx's command line; flags as in tmux(1). */
export interface GlobalArguments {
  socketName: string | undefined;
  socketPath: string | undefined;
  configFiles: string[];
  /** -c: run this with the default shell, as a login shell would. */
  shellCommand: string | undefined;
  version: boolean;
  help: boolean;
  /** Command and its words; empty = the default command. */
  command: string[];
}

/**
 * Splits argv by getopt(3)'s rules: flags may be joined (`-2u`), values too (`-Lname`).
 * @throws ZmxError `usage`.
 */
export function parseGlobalArguments(argv: readonly string[]): GlobalArguments {
  const result: GlobalArguments = {
    socketName: undefined,
    socketPath: undefined,
    configFiles: [],
    shellCommand: undefined,
    version: false,
    help: false,
    command: [],
  };
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === '--') {
      index++;
      break;
    }
    if (word === '--version') result.version = true;
    else if (word === '--help') result.help = true;
    else if (!word.startsWith('-') || word === '-') break;
    else index += parseFlags(word, argv[index + 1], result);
  }
  result.command = argv.slice(index);
  return result;
}

/** Returns how many following words were taken as values: 0 or 1. */
function parseFlags(word: string, next: string | undefined, result: GlobalArguments): number {
  for (let at = 1; at < word.length; at++) {
    const flag = word[at]!;
    if ('2uCDNlv8'.includes(flag)) continue; // accepted for tmux's sake: zmx needs none of them
    if (flag === 'V') result.version = true;
    else if (flag === 'h') result.help = true;
    else if ('LSfcT'.includes(flag)) {
      const joined = word.slice(at + 1);
      const value = joined || next;
      if (value === undefined) throw new ZmxError('usage', `zmx: option requires an argument -- '${flag}'`);
      if (flag === 'L') result.socketName = value;
      else if (flag === 'S') result.socketPath = value;
      else if (flag === 'f') result.configFiles.push(value);
      else if (flag === 'c') result.shellCommand = value;
      return joined ? 0 : 1;
    } else
      throw new ZmxError(
        'usage',
        `zmx: invalid option -- '${flag}'\nusage: zmx [-L name] [-S socket] [-f file] [command [flags]]`,
      );
  }
  return 0;
}

/** Splits `name@host`; a bare name has no host. The last @ counts, so that a session's name may hold one. */
export function splitHost(target: string): { name: string; host: string | undefined } {
  const at = target.lastIndexOf('@');
  // '@3' is tmux's window id and '=@x' an exact name: only something before the @ makes a host
  if (at <= 0 || at === target.length - 1 || target[at - 1] === ':' || target[at - 1] === '=')
    return { name: target, host: undefined };
  return { name: target.slice(0, at), host: target.slice(at + 1) };
}
