import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HOLDER_PROTOCOL } from './wire.ts';

/**
 * Where holders listen. One for each version of the protocol: an old holder keeps
 * its socket and its panes while newer ones are started beside it.
 */
export function holderSocketPath(runtimeFolder: string): string {
  return join(runtimeFolder, `holder-${HOLDER_PROTOCOL}.sock`);
}

/** What a holder says on stdout when it can listen, and when it finds the lock taken. */
export const READY = 'ready';
export const ANOTHER_HOLDER = 'another holder is there';

/** The file whose flock(2) says that a holder is alive. */
export function lockPath(socketPath: string): string {
  return socketPath.replace(/\.sock$/, '.lock');
}

/** The protocol of the holder that listens on this socket, by the socket's name; -1 for none of ours. */
export function holderProtocol(socketPath: string): number {
  return Number(/(?:^|\/)holder-(\d+)\.sock$/.exec(socketPath)?.[1] ?? -1);
}

/** Sockets of holders in the folder, the newest protocol last; some may be left over from the dead. */
export function holderSockets(runtimeFolder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(runtimeFolder);
  } catch {
    return [];
  }
  return names
    .filter((name) => holderProtocol(name) >= 0)
    .sort((a, b) => holderProtocol(a) - holderProtocol(b))
    .map((name) => join(runtimeFolder, name));
}
