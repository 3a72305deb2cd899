import { createHash } from 'node:crypto';
import { FilesSession } from '../../src/daemon/files/files-session.ts';
import type { MutationPoint } from '../../src/daemon/files/mutator.ts';
import type { ErrorInfo } from '../../src/protocol/errors.ts';
import { splitMutation, toWire } from '../../src/protocol/file-mutation.ts';
import type { Mutation } from '../../src/protocol/file-types.ts';
import type { Body, MessageDefinition } from '../../src/protocol/message.ts';
import { FS_CHANGED, FS_DONE, FS_MUTATE, FS_STAGE, PIECE_BYTES } from '../../src/protocol/messages/files.ts';

export interface DirectOptions {
  readonly root: string;
  readonly folder: string;
  readonly from?: number;
  readonly sent?: number;
  readonly maxWatches?: number;
  readonly at?: (point: MutationPoint) => void;
}

/** A files session without thread and transport: each call is answered before it returns. */
export class DirectSession {
  readonly session: FilesSession;
  /** Results of mutations by number, as they were sent. */
  readonly results = new Map<number, { readonly error: ErrorInfo | undefined; readonly times: number }>();
  /** FS_CHANGED as they were sent. */
  readonly told: Body<typeof FS_CHANGED>[] = [];

  constructor({ root, folder, from = 1, sent = 0, ...more }: DirectOptions) {
    this.session = new FilesSession({
      session: 'direct',
      path: Buffer.from(root).toString('latin1'),
      folder,
      key: '',
      from,
      sent,
      send: (definition, body) => this.#sent(definition, body),
      ...more,
    });
  }

  stage(seq: number, content: Uint8Array): void {
    for (let at = 0; at < content.length; at += PIECE_BYTES)
      this.#handle(FS_STAGE, { id: seq, session: 'direct', op: `op${seq}`, offset: at }, [
        content.subarray(at, at + PIECE_BYTES),
      ]);
  }

  /** Sends mutation `seq`, with its content inline or staged. Returns its error. */
  mutate(
    seq: number,
    mutation: Mutation,
    staging: 'inline' | 'staged' | 'staged before' = 'inline',
  ): ErrorInfo | undefined {
    const { intent, parts } = splitMutation(mutation);
    const content = Buffer.concat(parts);
    const op = `op${seq}`;
    const staged = staging !== 'inline';
    if (staging === 'staged') this.stage(seq, content);
    this.#handle(
      FS_MUTATE,
      {
        session: 'direct',
        seq,
        op,
        known: 0,
        mutation: toWire(intent),
        ...(content.length > 0 && {
          content: { size: content.length, sha256: createHash('sha256').update(content).digest(), staged },
        }),
      },
      staged ? [] : [content],
    );
    return this.results.get(seq)?.error;
  }

  close(): void {
    this.session.close({ erase: false });
  }

  #handle<D extends MessageDefinition>(definition: D, body: Body<D>, payload: readonly Uint8Array[]): void {
    this.session.handle({ definition, body, payload });
  }

  #sent(definition: MessageDefinition, body: unknown): void {
    if (definition === FS_CHANGED) this.told.push(body as Body<typeof FS_CHANGED>);
    if (definition !== FS_DONE) return;
    const { seq, error } = body as Body<typeof FS_DONE>;
    this.results.set(seq, { error, times: (this.results.get(seq)?.times ?? 0) + 1 });
  }
}
