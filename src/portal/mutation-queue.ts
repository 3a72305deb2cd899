import { createHash } from 'node:crypto';
import { nanoid } from 'nanoid';
import { ZmxError } from '../protocol/errors.ts';
import { decodeChanges } from '../protocol/file-codec.ts';
import { splitMutation, toWire } from '../protocol/file-mutation.ts';
import type { Clocked, Mutation, MutationResult } from '../protocol/file-types.ts';
import type { Message } from '../protocol/message.ts';
import {
  type FS_DONE,
  FS_MUTATE,
  FS_STAGE,
  MAX_RANGES,
  type MutateBody,
  PIECE_BYTES,
} from '../protocol/messages/files.ts';
import { StoppedWrite } from '../protocol/stopped-write.ts';
import type { FilesLink } from './files-link.ts';

/** More content than this is staged first, so that one large file does not stand in the way of the others' small ones. */
const INLINE_BYTES = PIECE_BYTES;
/** Pieces on their way at a time: 1 MiB fills 100 Mbit/s at 80 ms. */
const STAGE_WINDOW = 16;

interface Pending {
  readonly body: Omit<MutateBody, 'session' | 'known'>;
  readonly content: Uint8Array;
  readonly resolve: (result: Clocked<MutationResult>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The client's end of a session's sequence of mutations. Each is kept until its result
 * is here, and sent again under its number and operation id when the session was
 * opened again: the remote's journal sees to it that twice is once.
 */
export class MutationQueue {
  readonly #link: FilesLink;
  readonly #pending = new Map<number, Pending>();
  /** The session is open: mutations go out as they are made. */
  #flowing = false;
  #last = 0;
  #sent = 0;
  #failure: ZmxError | undefined;

  constructor(link: FilesLink) {
    this.#link = link;
  }

  /** Number of the newest mutation. */
  get last(): number {
    return this.#last;
  }

  /** First mutation without a result, and the last that was ever sent. */
  get unfinished(): { readonly from: number; readonly sent: number } {
    return { from: this.#from, sent: this.#sent };
  }

  async mutate(mutation: Mutation): Promise<Clocked<MutationResult>> {
    if (mutation.kind === 'write' && mutation.ranges.length > MAX_RANGES) {
      const { path, ranges, ...first } = mutation;
      await this.mutate({ ...first, path, ranges: ranges.slice(0, MAX_RANGES) });
      return this.mutate({ kind: 'write', path, ranges: ranges.slice(MAX_RANGES) });
    }
    const { intent, parts } = splitMutation(mutation);
    const wire = toWire(intent);
    const content = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const op = nanoid();
    const staged = content.length > INLINE_BYTES;
    const sha256 = staged ? await this.#stage(op, content) : createHash('sha256').update(content).digest();
    if (this.#failure) throw this.#failure;
    const seq = ++this.#last;
    const body = {
      seq,
      op,
      mutation: wire,
      ...(content.length > 0 && { content: { size: content.length, sha256, staged } }),
    };
    return new Promise((resolve, reject) => {
      const pending = { body, content, resolve, reject };
      this.#pending.set(seq, pending);
      if (this.#flowing) this.#send(pending);
    });
  }

  /** The session is not open: keep what is made. */
  pause(): void {
    this.#flowing = false;
  }

  /** The session is open: all that has no result goes again, in order. */
  resume(): void {
    this.#flowing = true;
    for (const pending of this.#pending.values()) this.#send(pending);
  }

  done({ body: { seq, op, clock, error, written }, payload }: Message<typeof FS_DONE>): void {
    const pending = this.#pending.get(seq);
    if (pending?.body.op !== op) return;
    if (error?.retry) {
      void this.#sendAgain(pending);
      return;
    }
    this.#pending.delete(seq);
    const result = { clock, value: { touched: touchedOf(payload[0]) } };
    if (!error) pending.resolve(result);
    else if (written === undefined) pending.reject(ZmxError.from(error));
    else pending.reject(new StoppedWrite(error, written, result));
  }

  /** The session will not come back. What was sent may have been done. */
  fail(failure: ZmxError): void {
    this.#failure ??= failure;
    this.#flowing = false;
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
  }

  #send({ body, content }: Pending): void {
    this.#sent = Math.max(this.#sent, body.seq);
    const inline = content.length > 0 && !body.content?.staged;
    const lane = inline ? 'bulk' : 'control';
    this.#link.send(FS_MUTATE, { ...body, known: this.#from - 1 }, inline ? [content] : [], lane);
  }

  get #from(): number {
    const [first] = this.#pending.keys();
    return first ?? this.#last + 1;
  }

  async #sendAgain(pending: Pending): Promise<void> {
    try {
      if (pending.body.content?.staged) await this.#stage(pending.body.op, pending.content);
    } catch {
      // the mutation itself will say what is wrong
    }
    if (this.#flowing && this.#pending.has(pending.body.seq)) this.#send(pending);
  }

  /** Sends the content in pieces; returns its SHA-256, made on the way so that it never takes the thread for long. */
  async #stage(op: string, content: Uint8Array): Promise<Uint8Array> {
    const hash = createHash('sha256');
    let next = 0;
    const sendPieces = async (): Promise<void> => {
      while (next < content.length) {
        const offset = next;
        const piece = content.subarray(offset, offset + PIECE_BYTES);
        next += piece.length;
        hash.update(piece);
        await this.#link.ask(FS_STAGE, { op, offset }, undefined, [piece]);
      }
    };
    await Promise.all(Array.from({ length: STAGE_WINDOW }, sendPieces));
    return hash.digest();
  }
}

function touchedOf(payload: Uint8Array | undefined): MutationResult['touched'] {
  return payload
    ? decodeChanges(payload).map(({ path, attributes }) => ({ path, attributes: attributes ?? null }))
    : [];
}
