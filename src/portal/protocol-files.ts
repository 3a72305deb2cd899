import { latin1Of, textOfLatin1 } from '../base/byte-text.ts';
import type { Signal } from '../base/signal.ts';
import {
  decodeAttributes,
  decodeListing,
  decodeStatFs,
  decodeVersion,
  type Listing,
} from '../protocol/file-codec.ts';
import { checkPathLength } from '../protocol/file-mutation.ts';
import type { Room } from '../protocol/file-room.ts';
import type {
  BytePath,
  Clocked,
  FileAttributes,
  FileVersion,
  Invalidation,
  Mutation,
  MutationResult,
  PrefetchBatch,
  PrefetchBudget,
  StatFs,
} from '../protocol/file-types.ts';
import type { Body, MessageDefinition } from '../protocol/message.ts';
import {
  FS_LIST,
  FS_READ,
  FS_READLINK,
  FS_STAT,
  FS_STATFS,
  FS_XATTR,
  PIECE_BYTES,
} from '../protocol/messages/files.ts';
import type { Connection } from '../transport/types.ts';
import { FilesLink, type Value } from './files-link.ts';
import { MutationQueue } from './mutation-queue.ts';
import { PrefetchFlow } from './prefetch-flow.ts';
import type { RemoteFiles } from './remote-files.ts';

/** A file that changes while its pieces come is read again this often; then they are taken as they are, like read(2)s of a growing log. */
const READ_ATTEMPTS = 4;

/**
 * RemoteFiles over a connection: one files session of the daemon. It survives what the
 * connection survives; in a new epoch the session is opened again under its id, and
 * unfinished mutations go again under theirs. Meanwhile calls wait.
 */
export class ProtocolFiles implements RemoteFiles {
  /** Resolves when the root and all that is known of it is here. @throws ZmxError with the errno of the folder, or why the connection is refused. */
  readonly opened: Promise<void>;
  readonly #link: FilesLink;
  readonly #mutations: MutationQueue;
  readonly #prefetch: PrefetchFlow;

  private constructor(connection: Connection, path: string) {
    this.#link = new FilesLink(connection, latin1Of(path), {
      unfinished: () => this.#mutations.unfinished,
      paused: () => this.#mutations.pause(),
      resumed: (again) => {
        if (again) this.#prefetch.restart();
        this.#mutations.resume();
      },
      failed: (error) => this.#mutations.fail(error),
      done: (message) => this.#mutations.done(message),
      batch: (message) => this.#prefetch.batch(message),
    });
    this.#mutations = new MutationQueue(this.#link);
    this.#prefetch = new PrefetchFlow(this.#link);
    this.opened = this.#link.open().catch((error: unknown) => {
      this.dispose();
      throw error;
    });
    this.opened.catch(() => {}); // told to whoever waits
  }

  /**
   * Begins to open a folder of the daemon's host. Waits for the connection. What is asked at once costs no
   * round trip more than the opening.
   */
  static begin(connection: Connection, path: string): ProtocolFiles {
    return new ProtocolFiles(connection, path);
  }

  /** The same, and waits. @throws as `opened` */
  static async open(connection: Connection, path: string): Promise<ProtocolFiles> {
    const files = new ProtocolFiles(connection, path);
    await files.opened;
    return files;
  }

  /** Id of the files session, for commands that belong to it. */
  get session(): string {
    return this.#link.session;
  }

  get root(): string {
    return textOfLatin1(this.#link.rooted.root);
  }

  get identity(): { readonly uid: number; readonly gids: readonly number[] } {
    const { uid, gids } = this.#link.rooted;
    return { uid, gids };
  }

  get watched(): boolean {
    return this.#link.watched;
  }

  get invalidated(): Signal<Invalidation> {
    return this.#link.invalidated;
  }

  get clock(): number {
    return this.#link.clock;
  }

  get lease(): Signal<'held' | 'lost' | 'renewed'> {
    return this.#link.lease;
  }

  /** Number of the last mutation that the remote has not confirmed, for a command that must start after it; 0: none. */
  get lastUnconfirmed(): number {
    const { last, unfinished } = this.#mutations;
    return unfinished.from > last ? 0 : last;
  }

  /** Resolves when every change up to `clock` has been emitted, or the session has begun anew. */
  reached(clock: number): Promise<void> {
    return this.#link.reached(clock);
  }

  async stat(path: BytePath, signal?: AbortSignal): Promise<Clocked<FileAttributes>> {
    return clocked(await this.#question(FS_STAT, { path }, signal), decodeAttributes);
  }

  async readlink(path: BytePath, signal?: AbortSignal): Promise<Clocked<BytePath>> {
    return clocked(await this.#question(FS_READLINK, { path }, signal), latin1);
  }

  async list(path: BytePath, signal?: AbortSignal): Promise<Clocked<Listing>> {
    return clocked(await this.#question(FS_LIST, { path }, signal), decodeListing);
  }

  async read(
    path: BytePath,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Clocked<{ data: Uint8Array; version: FileVersion }>> {
    for (let attempt = 1; ; attempt++) {
      const pieces = await Promise.all(
        piecesOf(length).map(([at, size]) =>
          this.#question(FS_READ, { path, offset: offset + at, length: size }, signal),
        ),
      );
      const versions = pieces.map(({ body }) => body.version!);
      const alike = versions.every((version) => Buffer.compare(version, versions[0]!) === 0);
      if (!alike && attempt < READ_ATTEMPTS) continue;
      const short = pieces.findIndex((piece) => payloadOf(piece).length < PIECE_BYTES);
      const whole = short < 0 ? pieces : pieces.slice(0, short + 1);
      const data = whole.length === 1 ? payloadOf(whole[0]!) : Buffer.concat(whole.map(payloadOf));
      const clock = Math.min(...pieces.map(({ body }) => body.clock));
      return { clock, value: { data, version: decodeVersion(versions[0]!) } };
    }
  }

  async statfs(path: BytePath): Promise<StatFs> {
    return decodeStatFs(payloadOf(await this.#question(FS_STATFS, { path })));
  }

  room(fs: number): Room {
    return this.#link.room(fs);
  }

  async getxattr(path: BytePath, name: string): Promise<Uint8Array> {
    return payloadOf(await this.#question(FS_XATTR, { path, name }));
  }

  async listxattr(path: BytePath): Promise<readonly string[]> {
    return latin1(payloadOf(await this.#question(FS_XATTR, { path })))
      .split('\0')
      .slice(0, -1);
  }

  /** In the order of the calls, except that one is not held up by an earlier one's content on its way. */
  mutate(mutation: Mutation): Promise<Clocked<MutationResult>> {
    return this.#mutations.mutate(mutation);
  }

  prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void> {
    return this.#prefetch.run(budget, found);
  }

  /** Prefetches stop behind the listings until `releaseContent`. */
  holdContent(): void {
    this.#prefetch.holdContent();
  }

  releaseContent(): void {
    this.#prefetch.releaseContent();
  }

  /** Ends the session for good, also its journal on the remote. */
  close(): Promise<void> {
    return this.#link.close();
  }

  /** Lets go of the connection; the session's journal stays for a while. */
  dispose(): void {
    this.#link.dispose();
  }

  async #question<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id' | 'session'> & { readonly path: BytePath },
    signal?: AbortSignal,
  ): Promise<Value> {
    checkPathLength(body.path);
    return this.#prefetch.yieldTo(this.#link.ask(definition, body, signal));
  }
}

/** Offset and length of each piece; at least one. */
function piecesOf(length: number): [at: number, size: number][] {
  const count = Math.max(1, Math.ceil(length / PIECE_BYTES));
  return Array.from({ length: count }, (_, i) => [
    i * PIECE_BYTES,
    Math.min(PIECE_BYTES, length - i * PIECE_BYTES),
  ]);
}

function clocked<T>(answer: Value, decode: (bytes: Uint8Array) => T): Clocked<T> {
  return { clock: answer.body.clock, value: decode(payloadOf(answer)) };
}

function payloadOf({ payload }: Value): Uint8Array {
  return payload[0] ?? new Uint8Array(0);
}

function latin1(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes).toString('latin1');
}
