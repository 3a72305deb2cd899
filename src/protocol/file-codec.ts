import { ZmxError } from './errors.ts';
import type {
  BytePath,
  DirectoryEntry,
  FileAttributes,
  FileVersion,
  PrefetchBatch,
  StatFs,
} from './file-types.ts';

/**
 * Attributes and listings as bytes, little endian; see zmx-protocol(7), FILES. Not
 * msgpack: it has no room for 64-bit inode numbers and nanoseconds without making
 * every integer a bigint, and a listing of 20,000 entries would not fit a header.
 */

/** Length of a target that says: no symlink. */
const NO_TARGET = 0xffff;
const TREE = 1;
const KNOWN = 2;
const GONE = 4;

/** A path's state after a change: attributes null: gone; undefined: not known. */
export interface PathChange {
  readonly path: BytePath;
  readonly tree: boolean;
  readonly attributes?: FileAttributes | null;
}

export interface Listing {
  readonly self: FileAttributes;
  readonly entries: readonly DirectoryEntry[];
}

class Writer {
  #buffer = Buffer.allocUnsafeSlow(4096);
  #length = 0;

  u8(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  u16(value: number): void {
    this.#length = this.#room(2).writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
  }

  u64(value: bigint): void {
    this.#length = this.#room(8).writeBigUInt64LE(value, this.#length);
  }

  i64(value: bigint): void {
    this.#length = this.#room(8).writeBigInt64LE(value, this.#length);
  }

  latin1(value: BytePath): void {
    this.u16(value.length);
    this.#length += this.#room(value.length).write(value, this.#length, 'latin1');
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
  }

  attributes(value: FileAttributes): void {
    this.version(value);
    this.i64(value.atime);
    this.u64(BigInt(value.blocks));
    for (const field of [value.mode, value.nlink, value.uid, value.gid, value.rdev]) this.u32(field);
  }

  version(value: FileVersion): void {
    this.u64(value.ino);
    this.u64(BigInt(value.size));
    this.i64(value.mtime);
    this.i64(value.ctime);
  }

  listing({ self, entries }: Listing): void {
    this.attributes(self);
    this.u32(entries.length);
    for (const { name, attributes, target } of entries) {
      this.latin1(name);
      if (target === undefined) this.u16(NO_TARGET);
      else this.latin1(target);
      this.attributes(attributes);
    }
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + bytes));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#skip(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#skip(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#skip(4));
  }

  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#skip(8));
  }

  i64(): bigint {
    return this.#buffer.readBigInt64LE(this.#skip(8));
  }

  latin1(length = this.u16()): BytePath {
    const at = this.#skip(length);
    return this.#buffer.toString('latin1', at, at + length);
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#skip(length);
    return this.#buffer.subarray(at, at + length);
  }

  version(): FileVersion {
    return { ino: this.u64(), size: Number(this.u64()), mtime: this.i64(), ctime: this.i64() };
  }

  attributes(): FileAttributes {
    const { ino, size, mtime, ctime } = this.version();
    const atime = this.i64();
    const blocks = Number(this.u64());
    return {
      ino,
      mode: this.u32(),
      nlink: this.u32(),
      uid: this.u32(),
      gid: this.u32(),
      rdev: this.u32(),
      size,
      blocks,
      atime,
      mtime,
      ctime,
    };
  }

  listing(): Listing {
    const self = this.attributes();
    const count = this.u32();
    const entries: DirectoryEntry[] = [];
    for (let i = 0; i < count; i++) {
      const name = this.latin1();
      const length = this.u16();
      const target = length === NO_TARGET ? undefined : this.latin1(length);
      const attributes = this.attributes();
      entries.push(target === undefined ? { name, attributes } : { name, attributes, target });
    }
    return { self, entries };
  }

  #skip(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#buffer.length) throw new ZmxError('invalid', 'file payload is cut short');
    this.#at += bytes;
    return at;
  }
}

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}

export function encodeAttributes(value: FileAttributes): Uint8Array {
  return written((writer) => writer.attributes(value));
}

export function decodeAttributes(bytes: Uint8Array): FileAttributes {
  return new Reader(bytes).attributes();
}

export function encodeVersion(value: FileVersion): Uint8Array {
  return written((writer) => writer.version(value));
}

export function decodeVersion(bytes: Uint8Array): FileVersion {
  return new Reader(bytes).version();
}

export function encodeListing(value: Listing): Uint8Array {
  return written((writer) => writer.listing(value));
}

export function decodeListing(bytes: Uint8Array): Listing {
  return new Reader(bytes).listing();
}

export function encodeChanges(changes: readonly PathChange[]): Uint8Array {
  return written((writer) => {
    for (const { path, tree, attributes } of changes) {
      writer.latin1(path);
      writer.u8((tree ? TREE : 0) | (attributes ? KNOWN : attributes === null ? GONE : 0));
      if (attributes) writer.attributes(attributes);
    }
  });
}

export function decodeChanges(bytes: Uint8Array): readonly PathChange[] {
  const reader = new Reader(bytes);
  const changes: PathChange[] = [];
  while (!reader.done) {
    const path = reader.latin1();
    const flags = reader.u8();
    const tree = (flags & TREE) !== 0;
    if (flags & KNOWN) changes.push({ path, tree, attributes: reader.attributes() });
    else changes.push(flags & GONE ? { path, tree, attributes: null } : { path, tree });
  }
  return changes;
}

export function encodeBatch({ folders, files }: Pick<PrefetchBatch, 'folders' | 'files'>): Uint8Array {
  return written((writer) => {
    writer.u32(folders.length);
    for (const folder of folders) {
      writer.latin1(folder.path);
      writer.listing(folder);
    }
    writer.u32(files.length);
    for (const { path, version, data } of files) {
      writer.latin1(path);
      writer.version(version);
      writer.bytes(data);
    }
  });
}

export function decodeBatch(bytes: Uint8Array): Pick<PrefetchBatch, 'folders' | 'files'> {
  const reader = new Reader(bytes);
  const folders = Array.from({ length: reader.u32() }, () => ({
    path: reader.latin1(),
    ...reader.listing(),
  }));
  const files = Array.from({ length: reader.u32() }, () => ({
    path: reader.latin1(),
    version: reader.version(),
    data: reader.bytes(),
  }));
  return { folders, files };
}

export function encodeStatFs(value: StatFs): Uint8Array {
  return written((writer) => {
    writer.u32(value.blockSize);
    writer.u32(value.nameMax);
    writer.u64(value.blocks);
    writer.u64(value.blocksFree);
    writer.u64(value.blocksAvailable);
    writer.u64(value.files);
    writer.u64(value.filesFree);
  });
}

export function decodeStatFs(bytes: Uint8Array): StatFs {
  const reader = new Reader(bytes);
  const blockSize = reader.u32();
  const nameMax = reader.u32();
  return {
    blockSize,
    nameMax,
    blocks: reader.u64(),
    blocksFree: reader.u64(),
    blocksAvailable: reader.u64(),
    files: reader.u64(),
    filesFree: reader.u64(),
  };
}
