import { readFileSync, rmSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Log } from '../../base/log.ts';

/** What a power cut may cost, ms. */
const SYNC_MS = 1_000;
/** Begins each record, so that what follows a damaged one is found again. */
const MAGIC = Buffer.from('zmxt', 'latin1');
/** magic | u32 length of kind, offset and payload | u32 CRC-32 of those | u8 kind | u48 offset | payload */
const HEAD_BYTES = 19;
const BODY_AT = 12;
const KIND = { op: 0, output: 1, resize: 2 } as const;
/** A longer record than a checkpoint's distance is none of ours. */
const MAX_RECORD_BYTES = 32 * 1024 * 1024;

/** What a program printed after a checkpoint, in order. */
export type TailRecord =
  | { readonly offset: number; readonly bytes: Uint8Array }
  | { readonly offset: number; readonly cols: number; readonly rows: number };

export interface Tail {
  /** Operation that started the program which printed this; '' for an empty tail. */
  readonly op: string;
  readonly records: readonly TailRecord[];
  /** Parts of the file that could not be read. */
  readonly damaged: number;
}

/**
 * Output that is not in the durable checkpoint, synced to the disk each second. The
 * holder has it too, and that is what counts while the host lives: this is for the time
 * after a power cut. A flood is not written twice, since it is checkpointed every few
 * megabytes, and what a checkpoint covers does not get here. It is no archive: nothing is
 * redacted, switched off or kept, and the log of the pane may be all of that.
 */
export class OutputTail {
  readonly #paths: TailPaths;
  readonly #log: Log;
  #op = '';
  /** Of output that neither the file nor a checkpoint has. */
  #pending: Buffer[] = [];
  #file: FileHandle | undefined;
  #checkpointed = false;
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;
  #disposed = false;
  #failure = '';

  constructor(paths: TailPaths, log: Log) {
    this.#paths = paths;
    this.#log = log;
  }

  /** The records are of the program that this operation started. */
  begin(op: string): void {
    this.#op = op;
    this.#pending = [];
  }

  output(offset: number, bytes: Uint8Array): void {
    this.#add(KIND.output, offset, bytes);
  }

  resized(offset: number, cols: number, rows: number): void {
    const size = Buffer.alloc(8);
    size.writeUInt32BE(cols, 0);
    size.writeUInt32BE(rows, 4);
    this.#add(KIND.resize, offset, size);
  }

  /** A checkpoint has everything up to now. */
  covered(): void {
    this.#pending = [];
    this.#checkpointed = true;
    this.#later();
  }

  dispose(options: { erase: boolean }): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    const close = () => void this.#file?.close().catch(() => {});
    if (this.#syncing) void this.#syncing.finally(close);
    else close();
    if (options.erase)
      for (const path of [this.#paths.tail, this.#paths.durable]) rmSync(path, { force: true });
  }

  #add(kind: number, offset: number, payload: Uint8Array): void {
    this.#pending.push(
      head(kind, offset, payload),
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    );
    this.#later();
  }

  #later(): void {
    if (this.#disposed || this.#syncing) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#syncing = this.#sync()
        .catch((error: unknown) => this.#failed(error))
        .finally(() => {
          this.#syncing = undefined;
          if (this.#pending.length > 0 || this.#checkpointed) this.#later();
        });
    }, SYNC_MS);
  }

  async #sync(): Promise<void> {
    const pending = this.#pending.splice(0);
    if (this.#checkpointed) {
      this.#checkpointed = false;
      await this.#makeDurable();
      await this.#restart();
    }
    if (pending.length === 0 || this.#disposed) return;
    this.#file ??= await this.#begun();
    await this.#file.writev(pending);
    await this.#file.datasync();
    this.#failure = '';
  }

  /** The present checkpoint gets a second name once it is on the disk: a later one may be cut off half-written. */
  async #makeDurable(): Promise<void> {
    const { checkpoint, durable, unsynced } = this.#paths;
    for (const path of [...unsynced]) {
      // Lines that are written meanwhile put it back.
      unsynced.delete(path);
      await syncFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return; // it was old enough to go
        unsynced.add(path);
        throw error;
      });
    }
    await syncFile(checkpoint);
    if (this.#disposed) return;
    const staged = `${durable}.new`;
    await rm(staged, { force: true });
    await link(checkpoint, staged);
    await rename(staged, durable);
    const folder = await open(dirname(durable), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #restart(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await rm(this.#paths.tail, { force: true });
  }

  async #begun(): Promise<FileHandle> {
    await mkdir(dirname(this.#paths.tail), { recursive: true, mode: 0o700 });
    const file = await open(this.#paths.tail, 'w', 0o600);
    const op = Buffer.from(this.#op);
    await file.writev([head(KIND.op, 0, op), op]);
    return file;
  }

  #failed(error: unknown): void {
    const why = (error as Error).message;
    if (why !== this.#failure) this.#log(`the last second of output is not safe from a power cut: ${why}`);
    this.#failure = why;
  }
}

export interface TailPaths {
  readonly tail: string;
  readonly checkpoint: string;
  /** The checkpoint's second name. */
  readonly durable: string;
  /** Files of history that were written since they were last synced; a checkpoint refers to them. */
  readonly unsynced: Set<string>;
}

/**
 * What the file has from `offset` on. Damaged records are left out, each alone.
 * @param wanted the program's operation; undefined for whichever it is.
 */
export function readTail(path: string, wanted: string | undefined, offset: number): Tail {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return { op: '', records: [], damaged: 0 };
  }
  const records: TailRecord[] = [];
  let damaged = 0;
  let op = '';
  for (let at = 0; at < file.length; ) {
    const record = recordAt(file, at);
    if (!record) {
      damaged++;
      const next = file.indexOf(MAGIC, at + 1);
      at = next < 0 ? file.length : next;
      continue;
    }
    at += HEAD_BYTES + record.payload.length;
    if (record.kind === KIND.op) op = record.payload.toString();
    else if (op !== '' && (wanted === undefined || op === wanted)) {
      const kept = contentOf(record, offset);
      if (kept) records.push(kept);
    }
  }
  return { op, records, damaged };
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

interface RawRecord {
  readonly kind: number;
  readonly offset: number;
  readonly payload: Buffer;
}

function head(kind: number, offset: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(HEAD_BYTES - BODY_AT + payload.length, 4);
  bytes.writeUInt8(kind, BODY_AT);
  bytes.writeUIntBE(offset, BODY_AT + 1, 6);
  bytes.writeUInt32BE(crc32(payload, crc32(bytes.subarray(BODY_AT))), 8);
  return bytes;
}

function recordAt(file: Buffer, at: number): RawRecord | undefined {
  if (at + HEAD_BYTES > file.length || !file.subarray(at, at + MAGIC.length).equals(MAGIC)) return undefined;
  const length = file.readUInt32BE(at + 4);
  const end = at + BODY_AT + length;
  if (length < HEAD_BYTES - BODY_AT || length > MAX_RECORD_BYTES || end > file.length) return undefined;
  if (crc32(file.subarray(at + BODY_AT, end)) !== file.readUInt32BE(at + 8)) return undefined;
  return {
    kind: file.readUInt8(at + BODY_AT),
    offset: file.readUIntBE(at + BODY_AT + 1, 6),
    payload: file.subarray(at + HEAD_BYTES, end),
  };
}

function contentOf({ kind, offset, payload }: RawRecord, from: number): TailRecord | undefined {
  if (kind === KIND.resize && payload.length === 8)
    return offset < from
      ? undefined
      : { offset, cols: payload.readUInt32BE(0), rows: payload.readUInt32BE(4) };
  if (kind !== KIND.output || offset + payload.length <= from) return undefined;
  const skipped = Math.max(0, from - offset);
  return { offset: offset + skipped, bytes: payload.subarray(skipped) };
}
