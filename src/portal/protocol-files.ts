import { nanoid } from 'nanoid';
import { DisposableStack } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import { ZmxError } from '../protocol/errors.ts';
import {
  decodeAttributes,
  decodeChanges,
  decodeListing,
  decodeStatFs,
  decodeVersion,
  type Listing,
} from '../protocol/file-codec.ts';
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
import type { Body, Message, MessageDefinition } from '../protocol/message.ts';
import {
  FS_BATCH,
  FS_CHANGED,
  FS_CLOSE,
  FS_DONE,
  FS_LIST,
  FS_OPEN,
  FS_PREFETCH,
  FS_READ,
  FS_READLINK,
  type FS_ROOTED,
  FS_STAT,
  FS_STATFS,
  FS_SYNC,
  type FS_VALUE,
  FS_XATTR,
  PIECE_BYTES,
} from '../protocol/messages/files.ts';
import type { Connection } from '../transport/types.ts';
import { Gate } from './gate.ts';
import { MutationQueue } from './mutation-queue.ts';
import { PrefetchFlow } from './prefetch-flow.ts';
import type { RemoteFiles } from './remote-files.ts';

/** A file that changes while its pieces come is read again this often; then they are taken as they are, like read(2)s of a growing log. */
const READ_ATTEMPTS = 4;
/** A session that cannot be opened again at once (its former thread is ending) is tried again after so long. */
const REOPEN_RETRY_MS = 100;
/** How long FS_CLOSE may take before the session is left to the daemon's own cleaning. */
const CLOSE_MS = 2000;

type Value = Message<typeof FS_VALUE>;

/**
 * RemoteFiles over a connection: one files session of the daemon. It survives what the
 * connection survives; in a new epoch the session is opened again under its id, and
 * unfinished mutations go again under theirs. Meanwhile calls wait.
 */
export class ProtocolFiles implements RemoteFiles {
  readonly session = nanoid();
  readonly invalidated = new Signal<Invalidation>();
  readonly lease = new Signal<'held' | 'lost' | 'renewed'>();
  readonly #connection: Connection;
  readonly #path: string;
  readonly #disposables = new DisposableStack();
  /** Open while the session is. */
  readonly #gate = new Gate();
  readonly #mutations: MutationQueue;
  readonly #prefetch: PrefetchFlow;
  #rooted: Body<typeof FS_ROOTED> | undefined;
  #watched = false;
  #clock = 0;
  #held = false;
  /** Grows with each opening and each loss of the lease: what belongs to an older one is of no interest. */
  #turn = 0;

  private constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
    this.#mutations = new MutationQueue(connection, this.session, (definition, body, payload) =>
      this.#ask(definition, body, undefined, payload),
    );
    this.#prefetch = new PrefetchFlow(connection, this.session);
    this.#disposables.use(connection.received.on((message) => this.#received(message)));
    this.#disposables.use(connection.epochChanged.on(({ first }) => first || this.#reopen()));
    this.#disposables.use(connection.stateChanged.on(() => this.#linkChanged()));
  }

  /**
   * Opens a folder of the daemon's host. Waits for the connection.
   * @throws ZmxError with the errno of the folder, or why the connection is refused.
   */
  static async open(connection: Connection, path: string): Promise<ProtocolFiles> {
    const files = new ProtocolFiles(connection, Buffer.from(path).toString('latin1'));
    try {
      await files.#open();
      return files;
    } catch (error) {
      files.dispose();
      throw error;
    }
  }

  get root(): string {
    return Buffer.from(this.#rooted!.root, 'latin1').toString();
  }

  get identity(): { readonly uid: number; readonly gids: readonly number[] } {
    const { uid, gids } = this.#rooted!;
    return { uid, gids };
  }

  get watched(): boolean {
    return this.#watched;
  }

  /** Number of the last mutation, for a command that must start after it. */
  get lastMutation(): number {
    return this.#mutations.last;
  }

  /** Resolves when every change up to `clock` has been emitted, or the session has begun anew. */
  async reached(clock: number): Promise<void> {
    const { incarnation } = this.#rooted!;
    const done = () => this.#clock >= clock || this.#rooted!.incarnation !== incarnation;
    if (!done()) await this.invalidated.once(done);
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
      const asked: Promise<Value>[] = [];
      for (let at = 0; at === 0 || at < length; at += PIECE_BYTES)
        asked.push(
          this.#question(
            FS_READ,
            { path, offset: offset + at, length: Math.min(PIECE_BYTES, length - at) },
            signal,
          ),
        );
      const pieces = await Promise.all(asked);
      const [first] = pieces;
      const version = decodeVersion(first!.body.version!);
      const alike = pieces.every(({ body }) => Buffer.compare(body.version!, first!.body.version!) === 0);
      if (!alike && attempt < READ_ATTEMPTS) continue;
      const short = pieces.findIndex(
        ({ payload }, i) => payload[0]!.length < Math.min(PIECE_BYTES, length - i * PIECE_BYTES),
      );
      const whole = short < 0 ? pieces : pieces.slice(0, short + 1);
      const data =
        whole.length === 1 ? first!.payload[0]! : Buffer.concat(whole.map(({ payload }) => payload[0]!));
      return { clock: Math.min(...pieces.map(({ body }) => body.clock)), value: { data, version } };
    }
  }

  async statfs(): Promise<StatFs> {
    return decodeStatFs(payloadOf(await this.#question(FS_STATFS, { path: '' })));
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

  async prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void> {
    const allowed = this.#prefetch.begin(found);
    await this.#ask(FS_PREFETCH, { session: this.session, ...budget, allowed });
  }

  /** Ends the session for good, also its journal on the remote. */
  async close(): Promise<void> {
    const { kind } = this.#connection.state;
    if (kind === 'live')
      await this.#connection
        .request(FS_CLOSE, { session: this.session }, { signal: AbortSignal.timeout(CLOSE_MS) })
        .catch(() => {});
    this.dispose();
  }

  /** Lets go of the connection; the session's journal stays for a while. */
  dispose(): void {
    this.#disposables.dispose();
    const error = new ZmxError('closed', 'the portal has closed its files');
    this.#gate.fail(error);
    this.#mutations.fail(error);
  }

  #question<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id' | 'session'>,
    signal?: AbortSignal,
  ): Promise<Value> {
    return this.#prefetch.yieldTo(this.#ask(definition, { ...body, session: this.session }, signal));
  }

  /** A request that waits until the session is open, and is made again when it turns out not to be. */
  async #ask(
    definition: MessageDefinition,
    body: Record<string, unknown>,
    signal?: AbortSignal,
    payload: readonly Uint8Array[] = [],
  ): Promise<Value> {
    for (;;) {
      await this.#gate.passed(signal);
      const turn = this.#turn;
      try {
        const options = signal ? { payload, signal } : { payload };
        return (await this.#connection.request(definition, body, options)) as Value;
      } catch (error) {
        if ((error as ZmxError).code !== 'no-session') throw error;
        if (turn === this.#turn) this.#reopen();
      }
    }
  }

  #reopen(): void {
    this.#open().catch((error) => {
      // the folder has gone: so has every file in it
      this.#gate.fail(error);
      this.#mutations.fail(error);
    });
  }

  /** Opens the session, or opens it again. */
  async #open(): Promise<void> {
    const turn = ++this.#turn;
    this.#lose();
    this.#gate.close();
    this.#mutations.pause();
    let answer: Message;
    for (;;) {
      const { from, sent } = this.#mutations;
      try {
        answer = await this.#connection.request(FS_OPEN, {
          session: this.session,
          path: this.#path,
          from,
          sent,
        });
        break;
      } catch (error) {
        if (turn !== this.#turn) return;
        if (!['EBUSY', 'no-session'].includes((error as ZmxError).code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_RETRY_MS));
        if (turn !== this.#turn) return;
      }
    }
    if (turn !== this.#turn) return;
    const rooted = answer.body as Body<typeof FS_ROOTED>;
    const before = this.#rooted;
    this.#rooted = rooted;
    this.#watched = rooted.watched;
    this.#clock = rooted.clock;
    this.#held = true;
    this.#prefetch.restart();
    // waiters of reached() of the former incarnation
    this.invalidated.emit({ clock: rooted.clock, paths: [] });
    if (before) this.lease.emit(before.incarnation === rooted.incarnation ? 'held' : 'renewed');
    this.#mutations.resume();
    this.#gate.open();
  }

  #linkChanged(): void {
    const { state } = this.#connection;
    if (state.kind === 'refused' || state.kind === 'closed') {
      const message = state.kind === 'refused' ? state.message : 'the connection was closed';
      const error = new ZmxError('EIO', `the project's host is out of reach: ${message}`);
      this.#lose();
      this.#gate.fail(error);
      this.#mutations.fail(error);
    } else if (state.kind === 'connecting') {
      if (this.#held) this.#turn += 1;
      this.#lose();
    } else if (this.#rooted && !this.#held && this.#gate.isOpen) void this.#synchronise();
  }

  /** The link is back: once the watch has told all that happened meanwhile, the lease holds again. */
  async #synchronise(): Promise<void> {
    const turn = this.#turn;
    try {
      await this.#ask(FS_SYNC, { session: this.session });
    } catch {
      return;
    }
    if (turn !== this.#turn || this.#held) return;
    this.#held = true;
    this.lease.emit('held');
  }

  #lose(): void {
    if (!this.#held) return;
    this.#held = false;
    this.lease.emit('lost');
  }

  #received(message: Message): void {
    const body = message.body as { readonly session?: string };
    if (body.session !== this.session) return;
    if (message.definition === FS_CHANGED) this.#changed(message as Message<typeof FS_CHANGED>);
    else if (message.definition === FS_BATCH) this.#prefetch.batch(message as Message<typeof FS_BATCH>);
    else if (message.definition === FS_DONE) {
      const done = message as Message<typeof FS_DONE>;
      this.#advance(done.body.clock, []);
      this.#mutations.done(done);
    }
  }

  #changed({ body, payload }: Message<typeof FS_CHANGED>): void {
    if (body.lost) {
      this.#reopen();
      return;
    }
    if (body.watched !== undefined) this.#watched = body.watched;
    this.#advance(body.clock, payload[0] ? decodeChanges(payload[0]) : []);
    if (body.renewed) this.lease.emit('renewed');
  }

  #advance(clock: number, paths: Invalidation['paths']): void {
    if (clock <= this.#clock) return;
    this.#clock = clock;
    this.invalidated.emit({ clock, paths });
  }
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
