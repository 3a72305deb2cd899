import * as fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { encode as pack, decode as unpack } from '@msgpack/msgpack';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { errorCode } from '../../base/errno.ts';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { bytes, errorInfo, id, uint } from '../../protocol/message.ts';
import { mutationSchema } from '../../protocol/messages/files.ts';
import type { FileIdentity } from './file-tree.ts';

/** Rewritten without what the client knows already when it has grown by this much. */
const COMPACT_BYTES = 16 * 1024 * 1024;
/** Set apart on the disk for records without content: a file can be removed only if that can be journalled. */
const RESERVE_BYTES = 256 * 1024;
/** With less on the disk it is kept short. */
const TIGHT_BYTES = 4 * RESERVE_BYTES;
/** Records up to this size may use the reserve. */
const SMALL_BYTES = 4096;
/** Flag of fallocate(2). */
const FALLOC_FL_KEEP_SIZE = 1;
/** Finished mutations whose before and after are given to the next process. */
const MAX_HISTORY = 256;
/** Length and CRC-32 before each record. */
const PREFIX_BYTES = 8;

const contentBytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Written before the effect. */
const intentRecord = v.object({
  t: v.literal('intent'),
  seq: uint,
  op: id,
  mutation: mutationSchema,
  /** What the mutation's path was before it, as encodeChanges has it. */
  before: contentBytes,
  /** FileIdentity of the mutation's path and `to`, '' where there was none. */
  identity: v.string(),
  toIdentity: v.string(),
  /** ms since 1970. */
  time: uint,
  /** Content, unless it is staged in the spool under `op`. */
  content: v.optional(contentBytes),
});
/** Written before a new file gets its name. */
const makingRecord = v.object({ t: v.literal('making'), seq: uint, identity: v.string() });
/** Written after the effect. */
const resultRecord = v.object({
  t: v.literal('result'),
  seq: uint,
  op: id,
  touched: bytes,
  error: v.optional(errorInfo),
  /** Of FS_DONE. */
  written: v.optional(uint),
});
const headRecord = v.object({
  t: v.literal('head'),
  /** The kernel's boot id: the journal is in the page cache only, so another boot may have lost its end. */
  boot: v.string(),
  /** Client's key and path of the root: a session belongs to them. */
  owner: v.string(),
});
const record = v.variant('t', [headRecord, intentRecord, makingRecord, resultRecord]);

type JournalRecord = v.InferOutput<typeof record>;
export type IntentRecord = v.InferOutput<typeof intentRecord>;
export type ResultRecord = v.InferOutput<typeof resultRecord>;
export type JournalHead = Omit<v.InferOutput<typeof headRecord>, 't'>;

/**
 * One session's mutations on disk: the intent before an effect, its result after it.
 * An append-only file of its own rather than a database: the only reader is the
 * daemon that takes over after a death, and two small write(2)s are all that a
 * mutation pays. Not fsynced: it need only survive the process, and a reboot is
 * recognised by the boot id.
 */
export class Journal {
  /** false: it was begun by this call. */
  readonly found: boolean;
  /** Results that the client may still ask for, by seq. */
  readonly results = new Map<number, ResultRecord>();
  /** The intent without a result, if the last process died in between, and the file it was making. */
  readonly unfinished: { readonly intent: IntentRecord; readonly made: FileIdentity | undefined } | undefined;
  /** The newest finished mutations, as encodeChanges has them: what was before, and what after. */
  readonly history: readonly { readonly before: Uint8Array; readonly touched: Uint8Array }[];
  /** Highest seq with a record. */
  readonly last: number;
  readonly #path: string;
  #head: JournalHead;
  #fd: number;
  #size: number;
  /** Up to here there are blocks for it. */
  #reserved = 0;

  /**
   * Opens or begins the journal at `path` and locks it for this process.
   * @throws ZmxError `EBUSY` while another process has it, or an errno of the file system.
   */
  constructor(path: string, head: JournalHead) {
    this.#path = path;
    this.#fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_APPEND, 0o600);
    try {
      if (!native().flock(this.#fd, true, true))
        throw new ZmxError('EBUSY', 'the session is still open in another process; try again', {
          retry: true,
        });
      const { records, end } = readRecords(fs.readFileSync(this.#fd));
      fs.ftruncateSync(this.#fd, end);
      this.#size = end;
      const first = records[0];
      this.found = first?.t === 'head';
      this.#head = first?.t === 'head' ? first : head;
      let intent: IntentRecord | undefined;
      let made: FileIdentity | undefined;
      let last = 0;
      const history: { before: Uint8Array; touched: Uint8Array }[] = [];
      for (const record of records) {
        if (record.t === 'head') continue;
        last = Math.max(last, record.seq);
        if (record.t === 'intent') intent = record;
        if (record.t === 'making') made = record.identity;
        if (record.t !== 'result') continue;
        // a copy: what was read is a view of the whole file
        this.results.set(record.seq, { ...record, touched: Buffer.from(record.touched) });
        if (intent) history.push({ before: intent.before, touched: record.touched });
        if (history.length > MAX_HISTORY) history.shift();
        intent = undefined;
        made = undefined;
      }
      this.last = last;
      this.history = history;
      this.unfinished = intent && { intent, made };
      if (!this.found) this.#append({ t: 'head', ...head });
    } catch (error) {
      fs.closeSync(this.#fd);
      throw error;
    }
  }

  get head(): JournalHead {
    return this.#head;
  }

  /** @throws ENOSPC where it does not fit the disk */
  intend(intent: Omit<IntentRecord, 't'>): void {
    if (this.#size > RESERVE_BYTES && this.#isTight()) this.#relieve();
    this.#append({ t: 'intent', ...intent });
  }

  making(seq: number, identity: FileIdentity): void {
    this.#append({ t: 'making', seq, identity });
  }

  /** Records a result; remembered also when the disk does not take it, since the effect has happened. */
  finish(result: Omit<ResultRecord, 't'>): void {
    const whole: ResultRecord = { t: 'result', ...result };
    this.results.set(result.seq, whole);
    this.#append(whole);
  }

  /** The client has the results up to `seq`. */
  forget(seq: number): void {
    for (const known of this.results.keys()) {
      if (known > seq) break;
      this.results.delete(known);
    }
    if (this.#size < COMPACT_BYTES) return;
    try {
      this.#compact();
    } catch {
      // it stays long until there is room for a short one
    }
  }

  /** Begins anew with another head, e.g. after a reboot; results are kept. */
  renew(head: JournalHead): void {
    this.#head = head;
    this.#compact();
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #append(record: JournalRecord): void {
    const bytes = frame(record);
    this.#reserve(bytes.length);
    let done = 0;
    try {
      while (done < bytes.length) done += fs.writeSync(this.#fd, bytes, done);
      this.#size += bytes.length;
    } catch (error) {
      // half a record must not stand before the next one
      if (done > 0) this.#cut();
      throw error;
    }
  }

  /** Keeps the reserve behind a record of this size, unless it is one that may use it. */
  #reserve(bytes: number): void {
    if (this.#size + bytes + RESERVE_BYTES <= this.#reserved) return;
    const wanted = this.#size + bytes + 2 * RESERVE_BYTES;
    try {
      native().fallocate(this.#fd, FALLOC_FL_KEEP_SIZE, this.#size, wanted - this.#size);
      this.#reserved = wanted;
    } catch (error) {
      // No file system of the others sets anything apart.
      if (!isFull(error)) this.#reserved = Number.POSITIVE_INFINITY;
      else if (bytes > SMALL_BYTES) throw error;
    }
  }

  /** Takes away what stands behind the last whole record, the reserve included. */
  #cut(): void {
    fs.ftruncateSync(this.#fd, this.#size);
    this.#reserved = 0;
  }

  /** Whether what it holds takes the last of the disk from the files themselves. */
  #isTight(): boolean {
    const { bavail, bsize } = fs.statfsSync(this.#path);
    return bavail * bsize < TIGHT_BYTES;
  }

  /** Gives the reserve up for as long as it takes to compact. Only between mutations. */
  #relieve(): void {
    this.#cut();
    try {
      this.#compact();
    } catch {
      // what follows says that the disk is full
    }
  }

  /** Only between mutations. */
  #compact(): void {
    const parts = [frame({ ...this.#head, t: 'head' }), ...[...this.results.values()].map(frame)];
    writeFileAtomic(this.#path, parts);
    const fd = fs.openSync(this.#path, fs.constants.O_RDWR | fs.constants.O_APPEND);
    native().flock(fd, true, true);
    fs.closeSync(this.#fd);
    this.#fd = fd;
    this.#size = fs.fstatSync(fd).size;
    this.#reserved = 0;
  }
}

function isFull(error: unknown): boolean {
  const code = errorCode(error as NodeJS.ErrnoException);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function frame(record: JournalRecord): Uint8Array {
  const body = pack(record, { ignoreUndefined: true });
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + body.length);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(crc32(body), 4);
  bytes.set(body, PREFIX_BYTES);
  return bytes;
}

/** Records up to the first that is torn or not whole, and where they end. */
function readRecords(all: Buffer): { records: readonly JournalRecord[]; end: number } {
  const records: JournalRecord[] = [];
  let end = 0;
  while (end + PREFIX_BYTES <= all.length) {
    const body = all.subarray(end + PREFIX_BYTES, end + PREFIX_BYTES + all.readUInt32LE(end));
    if (body.length < all.readUInt32LE(end) || crc32(body) !== all.readUInt32LE(end + 4)) break;
    const parsed = v.safeParse(record, unpack(body));
    if (!parsed.success) break;
    records.push(parsed.output);
    end += PREFIX_BYTES + body.length;
  }
  return { records, end };
}
