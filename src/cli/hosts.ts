import { addHost, formatTcpAddress, readHosts, removeHost } from '../auth/hosts.ts';
import { formatKey } from '../auth/z85.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { placeOf } from './endpoints.ts';

const USAGE = `usage: zmx host add NAME tcp://ADDRESS:PORT SERVERKEY
       zmx host remove NAME
       zmx host list`;

/** `zmx host`: the other hosts that this machine knows. */
export async function host(args: GlobalArguments): Promise<number> {
  const { config } = placeOf(args);
  const [, action, ...words] = args.command;
  if (action === 'add' && words.length === 3) addHost(config, words[0]!, words[1]!, words[2]!);
  else if (action === 'remove' && words.length === 1) removeHost(config, words[0]!);
  else if ((action === 'list' || action === undefined) && words.length === 0) {
    for (const { name, address, port, serverKey } of readHosts(config))
      process.stdout.write(`${name} ${formatTcpAddress(address, port)} ${formatKey(serverKey)}\n`);
  } else throw new ZmxError('usage', USAGE);
  return 0;
}
