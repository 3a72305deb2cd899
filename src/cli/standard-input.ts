import { ZmxError } from '../protocol/errors.ts';

/** It goes in one frame beside the command, and frames have an end at 16 MiB. */
const LIMIT_BYTES = 15 * 1024 * 1024;
const READERS = /^(loadb|load-buffer|source|source-file)$/;

/** All of standard input where a command of this list reads it (`load-buffer -`), undefined where none does. */
export async function standardInputFor(argv: readonly string[]): Promise<Buffer | undefined> {
  if (!argv.includes('-') || !argv.some((word) => READERS.test(word))) return undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > LIMIT_BYTES)
      throw new ZmxError('usage', 'standard input has more than 15 MiB: put it into a file, and name that');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
