import { ZmxError } from '../protocol/errors.ts';
import { parseRemotePlace, type RemotePlace } from './remote-place.ts';

const USAGE =
  'usage: zmx portal HOST[:DIR] [--at DIR] [--also DIR]... [--forward-agent]\n' +
  '                             [-- PROGRAM [ARGUMENT]...]\n' +
  '       zmx portal [HOST[:DIR]] [--at DIR] --explain COMMAND [ARGUMENT]...';

export interface PortalArguments {
  readonly place: RemotePlace;
  readonly at: string | undefined;
  readonly also: readonly string[];
  /** Lend this machine's ssh agent for the portal's life. */
  readonly forwardAgent: boolean;
  /** Program and arguments; empty for the user's shell. */
  readonly program: readonly string[];
  readonly explain?: undefined;
}

/** Say where this command would run, and run nothing. */
export interface ExplainArguments {
  readonly explain: readonly string[];
  /** Where the project is shown; undefined: not said. */
  readonly root: string | undefined;
}

/** @throws ZmxError `usage`. */
export function parsePortalArguments(words: readonly string[]): PortalArguments | ExplainArguments {
  let place: RemotePlace | undefined;
  let at: string | undefined;
  const also: string[] = [];
  let forwardAgent = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const folder = (): string => {
      const value = words[++index];
      if (!value?.startsWith('/')) throw new ZmxError('usage', `${word} takes an absolute path\n${USAGE}`);
      return value.length > 1 ? value.replace(/\/+$/, '') : value;
    };
    const rest = words.slice(index + 1);
    if (word === '--at') at = folder();
    else if (word === '--also') also.push(folder());
    else if (word === '--forward-agent') forwardAgent = true;
    else if (word === '--explain') {
      if (rest.length === 0) throw new ZmxError('usage', USAGE);
      return { explain: rest, root: at ?? (place?.path || undefined) };
    } else if (word === '--' && place) return { place, at, also, forwardAgent, program: rest };
    else if (place || word.startsWith('-')) throw new ZmxError('usage', USAGE);
    else place = parseRemotePlace(word);
  }
  if (!place) throw new ZmxError('usage', USAGE);
  return { place, at, also, forwardAgent, program: [] };
}
