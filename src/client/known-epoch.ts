import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Endpoint } from '../transport/types.ts';

/** The epoch that a daemon had when this machine spoke with it last. */
export interface KnownEpoch {
  /** undefined: never spoken to. */
  readonly value: string | undefined;
  keep(epoch: string): void;
}

/**
 * Kept in a file for each daemon, named after its key and where it listens, since the daemons of one
 * machine share its key: with it a client's first HELLO proves the key without being asked. It is no
 * secret, and a wrong or missing one costs one round trip.
 */
export function knownEpoch(
  stateFolder: string,
  { address, port, serverKey }: Extract<Endpoint, { kind: 'tcp' }>,
): KnownEpoch {
  const folder = join(stateFolder, 'epochs');
  const name = createHash('sha256').update(`${serverKey} ${address} ${port}`).digest('hex').slice(0, 32);
  const path = join(folder, name);
  const value = read(path);
  return {
    value,
    keep: (epoch) => {
      if (epoch === value) return;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileAtomic(path, [epoch]);
      } catch {
        // a full disk: the next connection is asked for its proof
      }
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
