import { AuthorizedKeys } from '../auth/authorized-keys.ts';
import { formatKey } from '../auth/z85.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { ownKeys, placeOf } from './endpoints.ts';

/** `zmx key`: this machine's public key, made on first use. It is the client's key and the daemon's. */
export async function showKey(args: GlobalArguments): Promise<number> {
  if (args.command.length > 1) throw new ZmxError('usage', 'usage: zmx key');
  process.stdout.write(`${formatKey(ownKeys(placeOf(args)).publicKey)}\n`);
  return 0;
}

/** `zmx authorize KEY [COMMENT]`: lets the machine with this key in. */
export async function authorize(args: GlobalArguments): Promise<number> {
  const [, key, ...comment] = args.command;
  if (key === undefined) throw new ZmxError('usage', 'usage: zmx authorize KEY [COMMENT]');
  const keys = new AuthorizedKeys(placeOf(args).config);
  const added = keys.add(key, comment.join(' '));
  if (keys.problem) throw new ZmxError('authorized-keys', keys.problem);
  if (!added) process.stdout.write('that key is authorised already\n');
  return 0;
}
