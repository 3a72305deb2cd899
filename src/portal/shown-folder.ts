import type { Worker } from 'node:worker_threads';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection } from '../transport/types.ts';
import { EarlyReading } from './early-reading.ts';
import type { FuseDevice } from './fuse/device.ts';
import { beginReader } from './fuse/reader-thread.ts';
import { FuseServer, type FuseServerOptions } from './fuse/server.ts';
import type { PathEntry } from './path-walk.ts';
import { realPath } from './portal-paths.ts';
import { ProtocolFiles } from './protocol-files.ts';
import type { BytePath, PrefetchBatch } from './remote-files.ts';

/** Read ahead at the start: a project of usual size whole, and of a huge one what fits. */
const READ_AHEAD = { maxEntries: 200_000, maxBytes: 64 * 1024 * 1024, maxFileBytes: 256 * 1024 };

export type Serving = Omit<FuseServerOptions, 'device' | 'files' | 'early' | 'reader' | 'owner'>;

/** A folder of the remote that is shown in the portal. */
export class ShownFolder {
  readonly files: ProtocolFiles;
  readonly early: EarlyReading;
  /** Resolves when it can be served. @throws ZmxError with what is wrong with the folder. */
  readonly opened: Promise<void>;
  readonly #at: string | undefined;
  readonly #reader: Worker;
  #server: FuseServer | undefined;
  #realAt: string | undefined;

  private constructor(connection: Connection, path: string, at: string | undefined, reader: Worker) {
    this.#at = at;
    this.#reader = reader;
    this.files = ProtocolFiles.begin(connection, path);
    this.early = new EarlyReading(this.files);
    this.opened = this.files.opened.catch((error: unknown) => {
      throw explained(error, path);
    });
    this.opened.catch(() => {}); // told to whoever waits
  }

  /**
   * Begins to open it.
   * @param at where it is shown; undefined: at its real path, which is known once it is open.
   * @param ahead read it ahead from now on, in the same round trip.
   * @param reader begun before; the folder's from then on.
   */
  static begin(
    connection: Connection,
    path: string,
    at: string | undefined,
    ahead: boolean,
    reader = beginReader(),
  ): ShownFolder {
    const folder = new ShownFolder(connection, path, at, reader);
    if (ahead) void folder.early.begin(READ_AHEAD);
    return folder;
  }

  /** Where it is shown, by the name that getcwd(2) has for it: folders above it may be links here. */
  get at(): string {
    this.#realAt ??= realPath(this.named);
    return this.#realAt;
  }

  /** Where it is shown, as the host or the user names that. */
  get named(): string {
    return this.#at ?? this.files.root;
  }

  async serve(device: FuseDevice, serving: Serving): Promise<void> {
    await this.opened;
    const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
    this.#server = await FuseServer.start({
      ...serving,
      device,
      files: this.files,
      early: this.early,
      reader: this.#reader,
      owner,
    });
  }

  /** Resolves when the kernel has ended the mount, or after close(). */
  get ended(): Promise<void> {
    return this.#server?.ended ?? Promise.resolve();
  }

  /**
   * Reads ahead, which may begin before the folder is served. Resolves when all is here that
   * fits; what fails is asked for when it is needed.
   */
  async readAhead(found: (batch: PrefetchBatch) => void = () => {}): Promise<void> {
    if (this.#server) {
      await this.#server.prefetch(READ_AHEAD, found).catch(() => {});
      return;
    }
    const finding = this.early.follow(found);
    await this.early.begin(READ_AHEAD);
    finding.dispose();
  }

  /** What is at a path in it, none of whose folders is a link. */
  async look(path: BytePath): Promise<PathEntry | undefined> {
    return this.#server?.look(path);
  }

  async flush(): Promise<void> {
    await this.#server?.flushAll();
  }

  async revalidate(clock: number | undefined): Promise<void> {
    await this.#server?.revalidateAfterExec(clock);
  }

  /** Brings what was written to the remote, for the last time. */
  async finish(): Promise<void> {
    await this.#server?.finish();
  }

  /** The same, and ends the mount. */
  async stop(): Promise<void> {
    this.early.dispose();
    if (this.#server) await this.#server.close();
    else await this.#reader.terminate();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.files.close();
  }
}

/** Why a folder cannot be shown, in words for who named it; what is no matter of the folder stays as it is. */
function explained(error: unknown, path: string): unknown {
  if (!(error instanceof ZmxError)) return error;
  const why = FOLDER_ERRORS[error.code];
  return why ? new ZmxError(error.code, `${path} ${why}`) : error;
}

const FOLDER_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist on the host; name a folder that does, or make it there first',
  ENOTDIR: 'is no folder on the host; name the folder that it is in',
  EACCES: 'may not be read by your user on the host; have it opened to you there, or name another folder',
};
