import { ByteReader, ByteWriter } from './byte-codec.ts';
import type {
  BytePath,
  DirectoryEntry,
  FileAttributes,
  FileVersion,
  PrefetchBatch,
  Seal,
  StatFs,
} from './file-types.ts';

/**
 * Attributes and listings as bytes, little endian; see zmx-protocol(7), FILES. Not
 * msgpack: it has no room for 64-bit inode numbers and nanoseconds without making
 * every integer a bigint, and a listing of 20,000 entries would not fit a header.
 */

/** Length of a target that says: no symlink. */
const NO_TARGET = 0xffff;
/** In the upper half of the mode, of which stat(2) uses the lower only: bits 16 and 17. */
const SEALS: readonly (Seal | undefined)[] = [undefined, 'EROFS', 'EPERM'];
const SEAL_SHIFT = 16;
/** Bits 18 to 20 are the access, which differs from what the mode says. */
const ACCESS_SHIFT = 18;
const ACCESS_TOLD = 1 << 21;
/** Bits 24 to 31 are the number of the file system. */
const FS_SHIFT = 24;
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

function writeVersion(writer: ByteWriter, value: FileVersion): void {
  writer.u64(value.ino);
  writer.u64(BigInt(value.size));
  writer.i64(value.mtime);
  writer.i64(value.ctime);
}

function readVersion(reader: ByteReader): FileVersion {
  return { ino: reader.u64(), size: Number(reader.u64()), mtime: reader.i64(), ctime: reader.i64() };
}

function writeAttributes(writer: ByteWriter, value: FileAttributes): void {
  writeVersion(writer, value);
  writer.i64(value.atime);
  writer.u64(BigInt(value.blocks));
  const access = value.access === undefined ? 0 : ACCESS_TOLD | (value.access << ACCESS_SHIFT);
  const seal = SEALS.indexOf(value.sealed) << SEAL_SHIFT;
  const mode = (value.mode | seal | access | ((value.fs ?? 0) << FS_SHIFT)) >>> 0;
  for (const field of [mode, value.nlink, value.uid, value.gid, value.rdev]) writer.u32(field);
}

function readAttributes(reader: ByteReader): FileAttributes {
  const { ino, size, mtime, ctime } = readVersion(reader);
  const atime = reader.i64();
  const blocks = Number(reader.u64());
  const mode = reader.u32();
  const sealed = SEALS[(mode >>> SEAL_SHIFT) & 3];
  return {
    ino,
    mode: mode & 0xffff,
    nlink: reader.u32(),
    uid: reader.u32(),
    gid: reader.u32(),
    rdev: reader.u32(),
    size,
    blocks,
    atime,
    mtime,
    ctime,
    ...(sealed && { sealed }),
    ...(mode >>> FS_SHIFT !== 0 && { fs: mode >>> FS_SHIFT }),
    ...(mode & ACCESS_TOLD && { access: (mode >>> ACCESS_SHIFT) & 7 }),
  };
}

function writeListing(writer: ByteWriter, { self, entries }: Listing): void {
  writeAttributes(writer, self);
  writer.u32(entries.length);
  for (const { name, attributes, target } of entries) {
    writer.latin1(name);
    if (target === undefined) writer.u16(NO_TARGET);
    else writer.latin1(target);
    writeAttributes(writer, attributes);
  }
}

/** undefined: no symlink. */
export function readTarget(reader: ByteReader): BytePath | undefined {
  const length = reader.u16();
  return length === NO_TARGET ? undefined : reader.latin1(length);
}

function readListing(reader: ByteReader): Listing {
  const self = readAttributes(reader);
  const count = reader.u32();
  const entries: DirectoryEntry[] = [];
  for (let i = 0; i < count; i++) {
    const name = reader.latin1();
    const target = readTarget(reader);
    const attributes = readAttributes(reader);
    entries.push(target === undefined ? { name, attributes } : { name, attributes, target });
  }
  return { self, entries };
}

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

export function encodeAttributes(value: FileAttributes): Uint8Array {
  return written((writer) => writeAttributes(writer, value));
}

export function decodeAttributes(bytes: Uint8Array): FileAttributes {
  return readAttributes(new ByteReader(bytes));
}

export function encodeVersion(value: FileVersion): Uint8Array {
  return written((writer) => writeVersion(writer, value));
}

export function decodeVersion(bytes: Uint8Array): FileVersion {
  return readVersion(new ByteReader(bytes));
}

export function encodeListing(value: Listing): Uint8Array {
  return written((writer) => writeListing(writer, value));
}

export function decodeListing(bytes: Uint8Array): Listing {
  return readListing(new ByteReader(bytes));
}

export function encodeChanges(changes: readonly PathChange[]): Uint8Array {
  return written((writer) => {
    for (const { path, tree, attributes } of changes) {
      writer.latin1(path);
      writer.u8((tree ? TREE : 0) | (attributes ? KNOWN : attributes === null ? GONE : 0));
      if (attributes) writeAttributes(writer, attributes);
    }
  });
}

export function decodeChanges(bytes: Uint8Array): readonly PathChange[] {
  const reader = new ByteReader(bytes);
  const changes: PathChange[] = [];
  while (!reader.done) {
    const path = reader.latin1();
    const flags = reader.u8();
    const tree = (flags & TREE) !== 0;
    if (flags & KNOWN) changes.push({ path, tree, attributes: readAttributes(reader) });
    else changes.push(flags & GONE ? { path, tree, attributes: null } : { path, tree });
  }
  return changes;
}

export function encodeBatch({ folders, files }: Pick<PrefetchBatch, 'folders' | 'files'>): Uint8Array {
  return written((writer) => {
    writer.u32(folders.length);
    for (const folder of folders) {
      writer.latin1(folder.path);
      writeListing(writer, folder);
    }
    writer.u32(files.length);
    for (const { path, version, data } of files) {
      writer.latin1(path);
      writeVersion(writer, version);
      writer.bytes(data);
    }
  });
}

export function decodeBatch(bytes: Uint8Array): Pick<PrefetchBatch, 'folders' | 'files'> {
  const reader = new ByteReader(bytes);
  const folders = Array.from({ length: reader.u32() }, () => ({
    path: reader.latin1(),
    ...readListing(reader),
  }));
  const files = Array.from({ length: reader.u32() }, () => ({
    path: reader.latin1(),
    version: readVersion(reader),
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
  const reader = new ByteReader(bytes);
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
