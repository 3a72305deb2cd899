import { readFileSync, statSync } from 'node:fs';
import { latin1Of, pathOf } from '../../base/byte-text.ts';
import type { Log } from '../../base/log.ts';
import type { RemoteFiles } from '../remote-files.ts';
import type { CarriedFile } from './remote-command.ts';

/** What is carried is a script for a shell, some 100 KB at most. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Files of this machine that commands on the host read: copies in the scratch folder, sent once for each
 * version. Nobody waits for them: the command is told after which mutation it starts.
 */
export class CarriedFiles {
  readonly #scratch: Pick<RemoteFiles, 'mutate'>;
  readonly #log: Log;
  /** The versions that were sent, by path. */
  readonly #sent = new Map<string, string>();

  constructor(scratch: Pick<RemoteFiles, 'mutate'>, log: Log) {
    this.#scratch = scratch;
    this.#log = log;
  }

  /** One that cannot be read here is missing there: the command tells. */
  send(files: readonly CarriedFile[]): void {
    for (const { here, name } of files) {
      try {
        const found = statSync(pathOf(here));
        if (!found.isFile()) throw new Error('it is no regular file'); // to read a pipe could last for ever
        const version = `${found.ino} ${found.mtimeMs} ${found.size}`;
        if (this.#sent.get(here) === version || found.size > MAX_BYTES) continue;
        const data = readFileSync(pathOf(here));
        this.#sent.set(here, version);
        const sending = this.#scratch.mutate({
          kind: 'write',
          path: latin1Of(name),
          truncate: data.length,
          ranges: data.length > 0 ? [{ offset: 0, data }] : [],
          create: { mode: 0o600, exclusive: false },
        });
        sending.catch((error: unknown) => {
          if (this.#sent.get(here) === version) this.#sent.delete(here);
          this.#failed(here, error);
        });
      } catch (error) {
        this.#failed(here, error);
      }
    }
  }

  #failed(here: string, error: unknown): void {
    this.#log(`${here} was not carried to the host: ${String(error)}`);
  }
}
