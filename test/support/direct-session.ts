import { createHash } from 'node:crypto';
import { FilesSession } from '../../src/daemon/files/files-session.ts';
import type { MutationPoint } from '../../src/daemon/files/mutator.ts';
import type { QuietMark } from '../../src/daemon/files/quiet-mark.ts';
import { type ErrorInfo, ZmxError } from '../../src/protocol/errors.ts';
import { decodeBatch, decodeChanges } from '../../src/protocol/file-codec.ts';
import { splitMutation, toWire } from '../../src/protocol/file-mutation.ts';
import type { Mutation } from '../../src/protocol/file-types.ts';
import type { Body, MessageDefinition } from '../../src/protocol/message.ts';
import {
  FS_CHANGED,
  FS_DONE,
  type FS_LIST,
  FS_MUTATE,
  FS_STAGE,
  type FS_STAT,
  FS_VALUE,
  PIECE_BYTES,
} from '../../src/protocol/messages/files.ts';

export interface DirectOptions {
  readonly root: string;
  readonly folder: string;
  readonly from?: number;
  readonly sent?: number;
  readonly maxWatches?: number;
  readonly quiet?: QuietMark;
  readonly at?: (point: MutationPoint) => void;
}

/** A files session without thread and transport: each call is answered before it returns. */
export class DirectSession {
  readonly session: FilesSession;
  /** Errors of mutations by number, in the order in which they were answered. */
  readonly results = new Map<number, ErrorInfo | undefined>();
  /** FS_CHANGED as they were sent, with their paths and the content of files. */
  readonly told: (Body<typeof FS_CHANGED> & {
    readonly paths: readonly string[];
    readonly contents: Readonly<Record<string, string>>;
  })[] = [];
  #answer: Body<typeof FS_VALUE> | undefined;

  constructor({ root, folder, from = 1, sent = 0, ...more }: DirectOptions) {
    this.session = new FilesSession({
      session: 'direct',
      path: Buffer.from(root).toString('latin1'),
      folder,
      key: '',
      from,
      sent,
      send: (definition, body, payload) => this.#sent(definition, body, payload ?? []),
      ...more,
    });
  }

  /** Asks for a path's attributes or listing. Returns the clock of the answer. @throws ZmxError of the answer. */
  look(definition: typeof FS_STAT | typeof FS_LIST, path: string): number {
    this.#handle(definition, { id: 0, session: 'direct', path });
    if (this.#answer?.error) throw ZmxError.from(this.#answer.error);
    return this.#answer!.clock;
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
    return this.results.get(seq);
  }

  close(): void {
    this.session.close({ erase: false });
  }

  #handle<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload: readonly Uint8Array[] = [],
  ): void {
    this.session.handle({ definition, body, payload });
  }

  #sent(definition: MessageDefinition, body: unknown, [payload, content]: readonly Uint8Array[]): void {
    if (definition === FS_VALUE) this.#answer = body as Body<typeof FS_VALUE>;
    else if (definition === FS_CHANGED) {
      const paths = decodeChanges(payload!).map(({ path, tree }) => (tree ? `${path}/*` : path));
      const files = content ? decodeBatch(content).files : [];
      const contents = Object.fromEntries(
        files.map(({ path, data }) => [path, Buffer.from(data).toString()]),
      );
      this.told.push({ ...(body as Body<typeof FS_CHANGED>), paths, contents });
    } else if (definition === FS_DONE) {
      const { seq, error } = body as Body<typeof FS_DONE>;
      this.results.set(seq, error);
    }
  }
}
