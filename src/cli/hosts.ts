import { addHost, formatHost, readHosts, removeHost } from '../auth/hosts.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { placeOf } from './endpoints.ts';

const USAGE = `usage: zmx host add [--forward-agent] NAME tcp://ADDRESS:PORT SERVERKEY
       zmx host remove NAME
       zmx host list`;

/** `zmx host`: the other hosts that this machine knows. */
export async function host(args: GlobalArguments): Promise<number> {
  const { config } = placeOf(args);
  const [, action, ...words] = args.command;
  const forwardAgent = action === 'add' && words[0] === '--forward-agent';
  if (forwardAgent) words.shift();
  if (action === 'add' && words.length === 3) addHost(config, words[0]!, words[1]!, words[2]!, forwardAgent);
  else if (action === 'remove' && words.length === 1) removeHost(config, words[0]!);
  else if ((action === 'list' || action === undefined) && words.length === 0) {
    for (const known of readHosts(config)) process.stdout.write(`${formatHost(known)}\n`);
  } else throw new ZmxError('usage', USAGE);
  return 0;
}
