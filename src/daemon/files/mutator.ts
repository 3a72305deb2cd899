import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bootId } from '../../base/boot-id.ts';
import { type ErrorInfo, ZmxError } from '../../protocol/errors.ts';
import { decodeChanges, encodeChanges } from '../../protocol/file-codec.ts';
import { fromWire, type Intent } from '../../protocol/file-mutation.ts';
import type { FileAttributes } from '../../protocol/file-types.ts';
import type { MutateBody } from '../../protocol/messages/files.ts';
import type { ChangeFeed } from './change-feed.ts';
import {
  applyEffect,
  type Content,
  conflict,
  type EffectHooks,
  type EffectPoint,
  memoryContent,
  type Stopped,
} from './effects.ts';
import { type FileIdentity, type FileTree, isFolder, sameVersion } from './file-tree.ts';
import { type IntentRecord, Journal, type ResultRecord } from './journal.ts';
import { OwnVersions } from './own-versions.ts';
import { type Before, judge, type Verdict } from './recovery.ts';
import { Spool } from './spool.ts';

/** Mutations that came before their turn are kept up to this many bytes. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

export type MutationPoint = EffectPoint | 'received' | 'journalled' | 'effected' | 'recorded';

export interface MutatorOptions {
  readonly tree: FileTree;
  readonly feed: ChangeFeed;
  /** The session's own folder for journal and spool. */
  readonly folder: string;
  /** Client's key and root: somebody else's session id is refused. */
  readonly owner: string;
  /** From FS_OPEN. */
  readonly from: number;
  readonly sent: number;
  readonly done: (result: { clock: number } & Omit<ResultRecord, 't'>) => void;
  /** Named points of a mutation's life, for tests that end the process there. */
  readonly at?: ((point: MutationPoint) => void) | undefined;
}

type Waiting = { readonly body: MutateBody; readonly payload: readonly Uint8Array[] };

/**
 * Applies a session's mutations in their order, each once: intent on disk, effect,
 * result on disk, answer. A mutation that is sent again gets the recorded result;
 * one whose process died in between is decided by judge() when the session is opened
 * again, and is told as `unknown-outcome` where that cannot be known.
 */
export class Mutator {
  readonly spool: Spool;
  readonly #options: MutatorOptions;
  readonly #journal: Journal;
  readonly #waiting = new Map<number, Waiting>();
  readonly #own = new OwnVersions();
  /** Mutations up to this one may have been done by a process whose journal is lost. */
  #doubtful = 0;
  #heldBytes = 0;
  #next: number;
  #waiters: { readonly seq: number; readonly resolve: () => void }[] = [];

  constructor(options: MutatorOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const head = { boot: bootId(), owner: options.owner };
    this.#journal = new Journal(join(options.folder, 'journal'), head);
    try {
      if (this.#journal.head.owner !== head.owner)
        throw new ZmxError('refused', 'this files session belongs to another client or folder');
      this.spool = new Spool(join(options.folder, 'spool'));
      for (const { before, touched } of this.#journal.history)
        this.#own.record(decodeChanges(before)[0]?.attributes ?? null, decodeChanges(touched));
      if (!this.#journal.found || this.#journal.head.boot !== head.boot) this.#doubtful = options.sent;
      if (this.#journal.unfinished) this.#recover(this.#journal.unfinished);
      if (this.#journal.head.boot !== head.boot) this.#journal.renew(head);
      this.#next = Math.max(this.#journal.last + 1, options.from);
    } catch (error) {
      this.#journal.close();
      throw error;
    }
  }

  /** Takes a mutation, and applies it and those behind it when its turn has come. */
  take(body: MutateBody, payload: readonly Uint8Array[]): void {
    this.#journal.forget(body.known);
    if (body.seq < this.#next) this.#repeat(body);
    else if (!this.#waiting.has(body.seq)) {
      const bytes = sizeOf(payload);
      if (body.seq > this.#next && this.#heldBytes + bytes > MAX_HELD_BYTES)
        this.#refuse(body, {
          code: 'EAGAIN',
          message: 'too many mutations came before their turn',
          retry: true,
        });
      else {
        this.#waiting.set(body.seq, { body, payload });
        this.#heldBytes += bytes;
      }
    }
    for (let turn = this.#waiting.get(this.#next); turn; turn = this.#waiting.get(this.#next)) {
      this.#waiting.delete(turn.body.seq);
      this.#heldBytes -= sizeOf(turn.payload);
      if (!this.#run(turn)) break;
      this.#next += 1;
    }
    this.#waiters = this.#waiters.filter(({ seq, resolve }) => {
      if (seq < this.#next) resolve();
      return seq >= this.#next;
    });
  }

  /** Resolves when the mutations up to `seq` have been applied or have failed. */
  applied(seq: number): Promise<void> {
    if (seq < this.#next) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ seq, resolve }));
  }

  close(options: { readonly erase: boolean }): void {
    this.spool.close();
    this.#journal.close();
    if (options.erase) rmSync(this.#options.folder, { recursive: true, force: true });
  }

  /** Returns false when nothing was done and the same mutation must come again. */
  #run({ body, payload }: Waiting): boolean {
    const { seq, op } = body;
    const { tree, feed, at } = this.#options;
    at?.('received');
    try {
      const content = this.#content(body, payload);
      const intent = fromWire(body.mutation);
      checkSize(intent, content);
      const self = tree.find(intent.path);
      assertNoConflict(intent, self, this.#own);
      if (seq <= this.#doubtful) assertHarmless(intent, self);
      this.#journal.intend({
        seq,
        op,
        mutation: body.mutation,
        before: encodeChanges([{ path: intent.path, tree: false, attributes: self }]),
        identity: tree.identify(intent.path) ?? '',
        toIdentity: ('to' in intent && tree.identify(intent.to)) || '',
        time: Date.now(),
        ...(content.size > 0 && !body.content?.staged && { content: content.read(0, content.size) }),
      });
      at?.('journalled');
      const { clock, touched, stopped } = feed.own(() => this.#effect(seq, intent, self, content));
      this.#own.record(self, touched);
      at?.('effected');
      this.#finish({ seq, op, touched: encodeChanges(touched), ...failureOf(stopped) }, clock);
    } catch (thrown) {
      const error = ZmxError.info(thrown);
      if (error.code === 'stage') {
        this.#refuse(body, error);
        return false;
      }
      this.#finish({ seq, op, touched: NOTHING, error: { ...error, retry: false } }, feed.clock);
    }
    this.spool.remove(op);
    return true;
  }

  #effect(seq: number, intent: Intent, self: FileAttributes | null, content: Content, hooks?: EffectHooks) {
    const effect = applyEffect(this.#options.tree, intent, content, {
      making: (identity) => this.#journal.making(seq, identity),
      accepts: (base, current) => this.#own.leads(base, current),
      at: this.#options.at,
      ...hooks,
    });
    if (intent.kind === 'rename' && self && isFolder(self))
      this.#options.feed.moved(intent.path, intent.to, (intent.flags & 2) !== 0);
    return effect;
  }

  #finish(result: Omit<ResultRecord, 't'>, clock: number): void {
    try {
      this.#journal.finish(result);
    } catch {
      // the effect stands; only a repeat after a death now would have to be judged
    }
    this.#options.at?.('recorded');
    this.#options.done({ clock, ...result });
  }

  #repeat(body: MutateBody): void {
    const result = this.#journal.results.get(body.seq);
    const message = `the outcome of mutation ${body.seq} is no longer known`;
    if (result?.op === body.op) this.#options.done({ clock: this.#options.feed.clock, ...result });
    else this.#refuse(body, { code: 'unknown-outcome', message });
  }

  #refuse({ seq, op }: MutateBody, error: ErrorInfo): void {
    this.#options.done({ clock: this.#options.feed.clock, seq, op, touched: NOTHING, error });
  }

  #recover({ intent: record, made }: { intent: IntentRecord; made: FileIdentity | undefined }): void {
    const { tree, feed } = this.#options;
    const { seq, op } = record;
    const intent = fromWire(record.mutation);
    const before = beforeOf(record);
    try {
      const content = record.content ? memoryContent([record.content]) : this.spool.whole(op);
      checkSize(intent, content);
      const verdict = verdictOf(() => judge(tree, intent, before, made, content));
      if (verdict.kind === 'unknown')
        throw new ZmxError(
          'unknown-outcome',
          `the daemon ended while it changed ${intent.path}, and somebody else has changed it since; look at it`,
          { call: intent.kind, path: intent.path },
        );
      const { touched, stopped } = feed.own(() =>
        verdict.kind === 'done'
          ? { touched: [] }
          : this.#effect(seq, intent, before.self, content, {
              made: verdict.made,
              appended: verdict.appended,
              accepts: () => true,
            }),
      );
      this.#journal.finish({ seq, op, touched: encodeChanges(touched), ...failureOf(stopped) });
    } catch (thrown) {
      this.#journal.finish({ seq, op, touched: NOTHING, error: { ...ZmxError.info(thrown), retry: false } });
    }
    this.spool.remove(op);
  }

  #content({ op, content }: MutateBody, payload: readonly Uint8Array[]): Content {
    if (!content) return memoryContent([]);
    if (content.staged) return this.spool.content(op, content.size, content.sha256);
    const whole = memoryContent(payload);
    const digest = createHash('sha256').update(whole.read(0, whole.size)).digest();
    if (whole.size !== content.size || !digest.equals(content.sha256))
      throw new ZmxError('stage', 'the content is not what its hash says; it must be sent again', {
        retry: true,
      });
    return whole;
  }
}

const NOTHING = new Uint8Array(0);

function failureOf(stopped: Stopped | undefined): Pick<ResultRecord, 'error' | 'written'> {
  if (!stopped) return {};
  return { error: { ...ZmxError.info(stopped.error), retry: false }, written: stopped.bytes };
}

function sizeOf(payload: readonly Uint8Array[]): number {
  return payload.reduce((sum, part) => sum + part.length, 0);
}

function checkSize(intent: Intent, content: Content): void {
  const size =
    intent.kind === 'write'
      ? intent.ranges.reduce((sum, range) => sum + range.length, 0)
      : intent.kind === 'append'
        ? intent.length
        : 0;
  if (size !== content.size)
    throw new ZmxError('EINVAL', `${content.size} bytes of content came for a mutation of ${size}`);
}

/** Looked at before the journal is written, so that a repeat after a death need not ask again. */
function assertNoConflict(intent: Intent, self: FileAttributes | null, own: OwnVersions): void {
  if (intent.kind !== 'write' || !intent.base || !self) return;
  if (!sameVersion(intent.base, self) && !own.leads(intent.base, self)) throw conflict(intent.path);
}

/** What may have been done before is only done again where twice is the same as once. */
function assertHarmless(intent: Intent, self: FileAttributes | null): void {
  if (['chmod', 'utimens', 'fsync'].includes(intent.kind)) return;
  if (intent.kind === 'write' && intent.base && self && sameVersion(intent.base, self)) return;
  throw new ZmxError(
    'unknown-outcome',
    `the host restarted while ${intent.path} was being changed: whether that was done is not known; look at it`,
    { call: intent.kind, path: intent.path },
  );
}

function verdictOf(decide: () => Verdict): Verdict {
  try {
    return decide();
  } catch {
    return { kind: 'unknown' };
  }
}

function beforeOf({ before, identity, toIdentity, time }: IntentRecord): Before {
  return {
    self: decodeChanges(before)[0]?.attributes ?? null,
    selfIs: identity || null,
    otherIs: toIdentity || null,
    time: BigInt(time) * 1_000_000n,
  };
}
