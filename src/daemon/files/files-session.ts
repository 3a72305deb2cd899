import { ZmxError } from '../../protocol/errors.ts';
import {
  encodeAttributes,
  encodeBatch,
  encodeChanges,
  encodeListing,
  encodeStatFs,
  encodeVersion,
} from '../../protocol/file-codec.ts';
import type { BytePath, FileVersion } from '../../protocol/file-types.ts';
import type { Body, Lane, Message, MessageDefinition } from '../../protocol/message.ts';
import {
  FS_BATCH,
  FS_CHANGED,
  FS_DONE,
  FS_LIST,
  FS_MUTATE,
  FS_PREFETCH,
  FS_READ,
  FS_READLINK,
  FS_ROOTED,
  FS_STAGE,
  FS_STAT,
  FS_STATFS,
  FS_SYNC,
  FS_TAKEN,
  FS_VALUE,
  FS_XATTR,
} from '../../protocol/messages/files.ts';
import { ourselves } from './access.ts';
import { parentOf } from './byte-path.ts';
import { ChangeFeed } from './change-feed.ts';
import { FileTree } from './file-tree.ts';
import { type MutationPoint, Mutator } from './mutator.ts';
import { prefetch } from './prefetch.ts';
import type { QuietMark } from './quiet-mark.ts';
import { RoomWatch } from './room-watch.ts';

/** Largest listing in one message: some 80,000 entries. */
const MAX_LISTING_BYTES = 8 * 1024 * 1024;
/** Largest piece that FS_STAGE may bring. */
const MAX_STAGE_BYTES = 1024 * 1024;

/** How old the client's knowledge of free space may be: a disk that others fill in less is told by the write that fails. */
const ROOM_INTERVAL_MS = 1000;

export type Send = <D extends MessageDefinition>(
  definition: D,
  body: Body<D>,
  payload?: readonly Uint8Array[],
  lane?: Lane,
) => void;

export interface SessionOptions {
  readonly session: string;
  /** Absolute path of the root, in latin1. */
  readonly path: BytePath;
  /** For journal and spool; the session's own. */
  readonly folder: string;
  /** Key of the client. */
  readonly key: string;
  /** Of FS_OPEN. */
  readonly from: number;
  readonly sent: number;
  readonly send: Send;
  readonly at?: ((point: MutationPoint) => void) | undefined;
  /** Folders that may be watched; without it half of what the user may. */
  readonly maxWatches?: number;
  /** Shared with the thread that asks for a command's end. */
  readonly quiet?: QuietMark;
}

type RoomNews = { room?: ReturnType<RoomWatch['news']> };

/**
 * One client's use of one folder tree, in a thread of its own: answers questions,
 * applies mutations, tells changes. Lanes: questions with small answers on control,
 * listings and content on bulk; FS_DONE and FS_CHANGED both on control, so that the
 * client sees the clock advance in its order.
 */
export class FilesSession {
  readonly #session: string;
  readonly #send: Send;
  readonly #tree: FileTree;
  readonly #room: RoomWatch;
  readonly #roomTimer: NodeJS.Timeout;
  readonly #feed: ChangeFeed;
  readonly #mutator: Mutator;
  /** The newest last. */
  readonly #prefetches: {
    readonly id: number;
    readonly prefetch: number;
    readonly batches: ReturnType<typeof prefetch>;
  }[] = [];
  #prefetched = 0;
  #prefetchAllowed = 0;
  #stepping: NodeJS.Immediate | undefined;

  /** @throws ZmxError with the errno of the root, `refused` for another client's session, `EBUSY`. */
  constructor(options: SessionOptions) {
    this.#session = options.session;
    this.#send = options.send;
    this.#tree = new FileTree(Buffer.from(options.path, 'latin1'));
    this.#room = new RoomWatch(this.#tree);
    this.#feed = new ChangeFeed(
      this.#tree,
      (telling) => {
        const { clock, renewed, watched, changes, files } = telling;
        const body = {
          session: this.#session,
          clock,
          watched,
          ...(renewed && { renewed }),
          ...this.#roomNews(),
        };
        const content = files.length > 0 ? [encodeBatch({ folders: [], files })] : [];
        this.#send(FS_CHANGED, body, [encodeChanges(changes), ...content]);
      },
      options.maxWatches,
      options.quiet,
    );
    try {
      this.#mutator = new Mutator({
        tree: this.#tree,
        feed: this.#feed,
        folder: options.folder,
        owner: `${options.key} ${this.#tree.root}`,
        from: options.from,
        sent: options.sent,
        at: options.at,
        done: ({ clock, seq, op, error, written, touched }) => {
          const body = { session: this.#session, clock, seq, op, error, written, ...this.#roomNews() };
          this.#send(FS_DONE, body, [touched]);
        },
      });
    } catch (error) {
      this.#feed.close();
      this.#tree.close();
      throw error;
    }
    this.#roomTimer = setInterval(() => {
      const news = this.#roomNews();
      if (news.room) this.#send(FS_CHANGED, { session: this.#session, clock: this.#feed.clock, ...news });
    }, ROOM_INTERVAL_MS).unref();
  }

  rooted(re: number): void {
    this.#send(FS_ROOTED, {
      re,
      root: this.#tree.root,
      uid: ourselves.uid,
      gids: [...ourselves.gids],
      clock: this.#feed.clock,
      incarnation: this.#feed.incarnation,
      watched: this.#feed.watched,
      room: this.#room.all(),
    });
  }

  /** Answers one message; errors become its answer. */
  handle(message: Message): void {
    this.#feed.work(() => this.#handle(message));
  }

  #handle({ definition, body, payload }: Message): void {
    const clock = this.#feed.clock;
    try {
      this.#dispatch(definition, body, payload);
    } catch (error) {
      const re = (body as { id?: number }).id;
      if (re === undefined) throw error;
      this.#send(FS_VALUE, { re, clock, error: ZmxError.info(error) }, [], 'control');
    }
  }

  /** Tells every change so far; returns the clock that covers them. */
  settle(): number {
    return this.#feed.settle();
  }

  applied(seq: number): Promise<void> {
    return this.#mutator.applied(seq);
  }

  /** `erase`: the client is done with the session for good. */
  close(options: { readonly erase: boolean }): void {
    clearImmediate(this.#stepping);
    clearInterval(this.#roomTimer);
    this.#mutator.close(options);
    this.#feed.close();
    this.#tree.close();
  }

  #dispatch(definition: MessageDefinition, anyBody: unknown, payload: readonly Uint8Array[]): void {
    const is = <D extends MessageDefinition>(wanted: D, _body: unknown): _body is Body<D> =>
      wanted.type === definition.type;
    const body = anyBody;
    if (is(FS_STAT, body)) {
      this.#feed.cover(parentOf(body.path));
      const { clock } = this.#feed;
      const attributes = this.#tree.stat(body.path);
      this.#feed.served(body.path, attributes);
      this.#answer(body.id, clock, encodeAttributes(attributes), 'control');
    } else if (is(FS_LIST, body)) {
      this.#feed.cover(body.path);
      const { clock } = this.#feed;
      const listing = this.#tree.list(body.path);
      const prefix = body.path === '' ? '' : `${body.path}/`;
      for (const { name, attributes } of listing.entries) this.#feed.served(prefix + name, attributes);
      const bytes = encodeListing(listing);
      if (bytes.length > MAX_LISTING_BYTES)
        throw new ZmxError('EOVERFLOW', `${body.path} has too many entries to be shown on another host`, {
          call: 'getdents',
          path: body.path,
        });
      this.#answer(body.id, clock, bytes, 'bulk');
    } else if (is(FS_READ, body)) {
      this.#feed.cover(parentOf(body.path));
      const { clock } = this.#feed;
      const { data, version } = this.#tree.read(body.path, body.offset, body.length);
      this.#answer(body.id, clock, data, 'bulk', version);
    } else if (is(FS_READLINK, body)) {
      this.#feed.cover(parentOf(body.path));
      const { clock } = this.#feed;
      this.#answer(body.id, clock, Buffer.from(this.#tree.readlink(body.path), 'latin1'), 'control');
    } else if (is(FS_STATFS, body)) {
      this.#answer(body.id, this.#feed.clock, encodeStatFs(this.#tree.statfs(body.path)), 'control');
    } else if (is(FS_XATTR, body)) {
      const { path, name } = body;
      const value =
        name === undefined
          ? Buffer.from(
              this.#tree
                .listxattr(path)
                .map((each) => `${each}\0`)
                .join(''),
              'latin1',
            )
          : this.#tree.getxattr(path, name);
      this.#answer(body.id, this.#feed.clock, value, 'control');
    } else if (is(FS_STAGE, body)) {
      const data = payload[0] ?? new Uint8Array(0);
      if (data.length > MAX_STAGE_BYTES)
        throw new ZmxError('invalid', `a staged piece has at most ${MAX_STAGE_BYTES} bytes`);
      this.#mutator.spool.stage(body.op, body.offset, data);
      this.#answer(body.id, this.#feed.clock, undefined, 'control');
    } else if (is(FS_MUTATE, body)) {
      this.#mutator.take(body, payload);
    } else if (is(FS_PREFETCH, body)) {
      const batches = prefetch(this.#tree, this.#feed, body);
      this.#prefetches.push({ id: body.id, prefetch: body.prefetch, batches });
      this.#prefetchAllowed = Math.max(this.#prefetchAllowed, this.#prefetched + body.allowed);
      this.#stepSoon();
    } else if (is(FS_TAKEN, body)) {
      this.#prefetchAllowed = Math.max(this.#prefetchAllowed, body.allowed);
      this.#stepSoon();
    } else if (is(FS_SYNC, body)) {
      const clock = this.#feed.settle();
      this.#answer(body.id, clock, undefined, 'control');
    } else {
      throw new ZmxError('invalid', `${definition.name} is no message for a files session`);
    }
  }

  #roomNews(room = this.#room.news()): RoomNews {
    return room.length > 0 ? { room } : {};
  }

  /** With what shows a file system for the first time, so that nothing is written there before. */
  #roomMet(): RoomNews {
    return this.#roomNews(this.#room.met());
  }

  #answer(re: number, clock: number, value: Uint8Array | undefined, lane: Lane, version?: FileVersion): void {
    const body = { re, clock, ...(version && { version: encodeVersion(version) }), ...this.#roomMet() };
    this.#send(FS_VALUE, body, value ? [value] : [], lane);
  }

  #stepSoon(): void {
    this.#stepping ??= setImmediate(() => {
      this.#stepping = undefined;
      this.#feed.work(() => this.#step());
    });
  }

  /** Sends one batch if there is credit; whatever has come meanwhile is answered before the next. */
  #step(): void {
    const running = this.#prefetches.at(-1);
    if (!running || this.#prefetched >= this.#prefetchAllowed) return;
    const next = running.batches.next();
    if (next.done) {
      this.#prefetches.pop();
      this.#answer(running.id, this.#feed.clock, undefined, 'bulk');
    } else {
      const bytes = encodeBatch(next.value);
      this.#prefetched += bytes.length;
      const { prefetch } = running;
      const { clock, listed } = next.value;
      const body = { session: this.#session, prefetch, clock, listed, ...this.#roomMet() };
      this.#send(FS_BATCH, body, [bytes]);
    }
    this.#stepSoon();
  }
}
