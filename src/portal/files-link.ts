import { nanoid } from 'nanoid';
import { DisposableStack } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import { ZmxError } from '../protocol/errors.ts';
import { decodeBatch, decodeChanges } from '../protocol/file-codec.ts';
import { PLENTY, type Room } from '../protocol/file-room.ts';
import type { Invalidation } from '../protocol/file-types.ts';
import type { Body, Lane, Message, MessageDefinition } from '../protocol/message.ts';
import {
  FS_BATCH,
  FS_CHANGED,
  FS_CLOSE,
  FS_DONE,
  FS_OPEN,
  type FS_ROOTED,
  FS_SYNC,
  type FS_VALUE,
} from '../protocol/messages/files.ts';
import type { Connection } from '../transport/types.ts';
import { Gate } from './gate.ts';

/** A session that cannot be opened again at once (its former thread is ending) is tried again after so long. */
const REOPEN_RETRY_MS = 100;
/** How long FS_CLOSE may take before the session is left to the daemon's own cleaning. */
const CLOSE_MS = 2000;
/** Whatever was answered before is out of date. */
const EVERYTHING: Invalidation['paths'] = [{ path: '', tree: true }];

export type Value = Message<typeof FS_VALUE>;

/** What any message may tell beside its subject. */
interface Told {
  readonly room?: readonly (Room & { readonly fs: number })[] | undefined;
}

/** The parts of a session that must know when it begins, stops and ends. */
export interface LinkUser {
  /** For FS_OPEN: first mutation without a result, and the last that was ever sent. */
  unfinished(): { readonly from: number; readonly sent: number };
  paused(): void;
  /** `again`: what it was asked before is not known any more. */
  resumed(again: boolean): void;
  failed(error: ZmxError): void;
  done(message: Message<typeof FS_DONE>): void;
  batch(message: Message<typeof FS_BATCH>): void;
}

/**
 * The life of one files session over a connection that comes and goes: opens it,
 * opens it again under its id in every new epoch, keeps the lease and the change
 * clock. Questions wait meanwhile.
 */
export class FilesLink {
  readonly session = nanoid();
  readonly invalidated = new Signal<Invalidation>();
  readonly lease = new Signal<'held' | 'lost' | 'renewed'>();
  readonly #connection: Connection;
  /** In latin1. */
  readonly #path: string;
  readonly #user: LinkUser;
  readonly #disposables = new DisposableStack();
  /** Open while the session is. */
  readonly #gate = new Gate();
  #rooted: Body<typeof FS_ROOTED> | undefined;
  #watched = false;
  readonly #room = new Map<number, Room>();
  #clock = 0;
  #held = false;
  /** Grows with each opening and each loss of the lease: what belongs to an older one is of no interest. */
  #turn = 0;

  constructor(connection: Connection, path: string, user: LinkUser) {
    this.#connection = connection;
    this.#path = path;
    this.#user = user;
    this.#disposables.use(connection.received.on((message) => this.#received(message)));
    this.#disposables.use(connection.epochChanged.on(({ first }) => first || this.#reopen()));
    this.#disposables.use(connection.stateChanged.on(() => this.#linkChanged()));
  }

  /** What the remote said of the root; there once `open` has resolved. */
  get rooted(): Body<typeof FS_ROOTED> {
    return this.#rooted!;
  }

  get watched(): boolean {
    return this.#watched;
  }

  get clock(): number {
    return this.#clock;
  }

  /** What was last told of a file system. */
  room(fs: number): Room {
    return this.#room.get(fs) ?? PLENTY;
  }

  /** Sends what needs no answer. */
  send<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'session'>,
    payload?: readonly Uint8Array[],
    lane?: Lane,
  ): void {
    this.#connection.send<MessageDefinition>(definition, { ...body, session: this.session }, payload, lane);
  }

  /**
   * A request that waits until the session is open, and is made again when it turns out not to be.
   * Behind the first opening it goes at once: the daemon takes messages in their order.
   */
  async ask<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id' | 'session'>,
    signal?: AbortSignal,
    payload: readonly Uint8Array[] = [],
  ): Promise<Value> {
    const whole = { ...body, session: this.session };
    for (;;) {
      await this.#gate.passed(signal);
      const turn = this.#turn;
      try {
        const options = signal ? { payload, signal } : { payload };
        const value = (await this.#connection.request<MessageDefinition>(
          definition,
          whole,
          options,
        )) as Value;
        this.#tellRoom(value.body);
        return value;
      } catch (error) {
        if ((error as ZmxError).code !== 'no-session') throw error;
        if (turn !== this.#turn) continue;
        if (this.#rooted) this.#reopen();
        else this.#gate.close();
      }
    }
  }

  /** Opens the session, or opens it again. @throws ZmxError with why the root or the connection cannot be had. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    this.#lose();
    this.#gate.close();
    this.#user.paused();
    const first = this.#rooted === undefined;
    const rooting = this.#root(turn);
    if (first) this.#gate.open();
    const rooted = await rooting;
    if (!rooted) return;
    const renewed = !first && this.#rooted?.incarnation !== rooted.incarnation;
    this.#rooted = rooted;
    this.#room.clear();
    this.#tellRoom(rooted);
    this.#watched = rooted.watched;
    this.#clock = rooted.clock;
    this.#held = true;
    this.invalidated.emit({ clock: rooted.clock, paths: renewed ? EVERYTHING : [] });
    if (!first) this.lease.emit(renewed ? 'renewed' : 'held');
    this.#user.resumed(!first);
    this.#gate.open();
  }

  /** Resolves when every change up to `clock` has been emitted, or the session has begun anew. */
  async reached(clock: number): Promise<void> {
    const { incarnation } = this.rooted;
    const done = () => this.#clock >= clock || this.rooted.incarnation !== incarnation;
    if (!done()) await this.invalidated.once(done);
  }

  /** Ends the session for good, also its journal on the remote. */
  async close(): Promise<void> {
    this.#fail(new ZmxError('closed', 'the portal has closed its files'));
    if (this.#connection.state.kind === 'live')
      await this.#connection
        .request(FS_CLOSE, { session: this.session }, { signal: AbortSignal.timeout(CLOSE_MS) })
        .catch(() => {
          // the daemon clears it away in time
        });
    this.dispose();
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#fail(new ZmxError('closed', 'the portal has closed its files'));
  }

  /** undefined: a later opening has taken over. */
  async #root(turn: number): Promise<Body<typeof FS_ROOTED> | undefined> {
    for (;;) {
      try {
        const { session } = this;
        const request = { session, path: this.#path, ...this.#user.unfinished() };
        const answer = await this.#connection.request(FS_OPEN, request);
        return turn === this.#turn ? (answer.body as Body<typeof FS_ROOTED>) : undefined;
      } catch (error) {
        if (turn !== this.#turn) return undefined;
        if (!['EBUSY', 'no-session'].includes((error as ZmxError).code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_RETRY_MS));
        if (turn !== this.#turn) return undefined;
      }
    }
  }

  #reopen(): void {
    if (this.#gate.hasFailed) return;
    // the folder has gone: so has every file in it
    this.open().catch((error) => this.#fail(error));
  }

  #fail(error: ZmxError): void {
    this.#gate.fail(error);
    this.#user.failed(error);
  }

  #linkChanged(): void {
    const { state } = this.#connection;
    if (state.kind === 'refused' || state.kind === 'closed') {
      const why = state.kind === 'refused' ? state.message : 'the connection was closed';
      this.#lose();
      this.#fail(new ZmxError('EIO', `the project's host is out of reach: ${why}`));
    } else if (state.kind === 'connecting') {
      if (this.#held) this.#turn += 1;
      this.#lose();
    } else if (this.#rooted && !this.#held && this.#gate.isOpen) void this.#synchronise();
  }

  /** The link is back: once the watch has told all that happened meanwhile, the lease holds again. */
  async #synchronise(): Promise<void> {
    const turn = this.#turn;
    try {
      await this.ask(FS_SYNC, {});
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
    const body = message.body as Told & { readonly session?: string };
    if (body.session !== this.session) return;
    this.#tellRoom(body);
    if (message.definition === FS_CHANGED) this.#changed(message as Message<typeof FS_CHANGED>);
    else if (message.definition === FS_BATCH) this.#user.batch(message as Message<typeof FS_BATCH>);
    else if (message.definition === FS_DONE) {
      const done = message as Message<typeof FS_DONE>;
      this.#advance(done.body.clock, []);
      this.#user.done(done);
    }
  }

  #changed({ body, payload }: Message<typeof FS_CHANGED>): void {
    if (body.lost) {
      this.#reopen();
      return;
    }
    if (body.watched !== undefined) this.#watched = body.watched;
    const [changes = new Uint8Array(0), content] = payload;
    const files = content && decodeBatch(content).files;
    this.#advance(body.clock, body.renewed ? EVERYTHING : decodeChanges(changes), files);
    if (body.renewed) this.lease.emit('renewed');
  }

  #tellRoom({ room = [] }: Told): void {
    for (const { fs, bytes, files } of room) this.#room.set(fs, { bytes, files });
  }

  #advance(clock: number, paths: Invalidation['paths'], files?: Invalidation['files']): void {
    if (clock <= this.#clock) return;
    this.#clock = clock;
    this.invalidated.emit({ clock, paths, ...(files && { files }) });
  }
}
