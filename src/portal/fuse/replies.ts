import { constants } from 'node:os';
import type { FileAttributes } from '../remote-files.ts';
import {
  ATTR_BYTES,
  ATTR_OUT_BYTES,
  DIRENT_BYTES,
  ENTRY_OUT_BYTES,
  EXPIRE_ONLY,
  FUSE_MAJOR,
  FUSE_MINOR,
  Init,
  MAX_PAGES,
  MAX_WRITE_BYTES,
  Notify,
  OUT_HEADER_BYTES,
} from './abi.ts';

/**
 * Encoding of replies and notifications. Each function writes into a buffer that
 * the caller owns, at an offset, so that the reader reuses one buffer for all replies.
 */

/** errno by name; what the kernel would not know becomes EIO. */
export function errnoOf(code: string): number {
  const value = (constants.errno as Record<string, number>)[code];
  return value ?? (code === 'EOPNOTSUPP' ? constants.errno.ENOTSUP : constants.errno.EIO);
}

/** out_header: total length, error (0 or an errno), and the request's unique id, copied byte by byte. */
export function putHeader(reply: Buffer, length: number, errno: number, request: Buffer): void {
  reply.writeUInt32LE(length, 0);
  reply.writeInt32LE(-errno, 4);
  reply.writeUInt32LE(request.readUInt32LE(8), 8);
  reply.writeUInt32LE(request.readUInt32LE(12), 12);
}

function putU64(buffer: Buffer, value: number, offset: number): void {
  buffer.writeUInt32LE(value % 0x1_0000_0000, offset);
  buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4);
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Kernel and disk agree on 4 KiB pages; programs read and write in multiples of it. */
const BLOCK_SIZE = 4096;

/**
 * fuse_attr (88 bytes). The owner shown is always ours: remote ids mean nothing here. Bigints through a DataView,
 * as in src/protocol/byte-codec.ts.
 */
export function putAttributes(buffer: Buffer, offset: number, a: FileAttributes, owner: Owner): void {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  view.setBigUint64(offset, a.ino, true);
  putU64(buffer, a.size, offset + 8);
  putU64(buffer, a.blocks, offset + 16);
  putTime(view, a.atime, offset + 24, offset + 48);
  putTime(view, a.mtime, offset + 32, offset + 52);
  putTime(view, a.ctime, offset + 40, offset + 56);
  buffer.writeUInt32LE(a.mode >>> 0, offset + 60);
  buffer.writeUInt32LE(a.nlink >>> 0, offset + 64);
  buffer.writeUInt32LE(owner.uid, offset + 68);
  buffer.writeUInt32LE(owner.gid, offset + 72);
  buffer.writeUInt32LE(a.rdev >>> 0, offset + 76);
  buffer.writeUInt32LE(BLOCK_SIZE, offset + 80);
  buffer.writeUInt32LE(0, offset + 84);
}

function putTime(view: DataView, time: bigint, secondsAt: number, nanosecondsAt: number): void {
  let seconds = time / 1_000_000_000n;
  let rest = Number(time - seconds * 1_000_000_000n);
  if (rest < 0) {
    seconds -= 1n;
    rest += 1_000_000_000;
  }
  view.setBigInt64(secondsAt, seconds, true);
  view.setUint32(nanosecondsAt, rest, true);
}

export function encodeAttributes(attributes: FileAttributes, owner: Owner): Buffer {
  const encoded = Buffer.alloc(ATTR_BYTES);
  putAttributes(encoded, 0, attributes, owner);
  return encoded;
}

/** entry_out: node 0 with `valid` > 0 is a negative entry. `attr` undefined: zeroed. Times in seconds. */
export function putEntry(
  buffer: Buffer,
  offset: number,
  node: number,
  valid: number,
  attr: Uint8Array | undefined,
): void {
  buffer.fill(0, offset, offset + ENTRY_OUT_BYTES);
  putU64(buffer, node, offset);
  putU64(buffer, valid, offset + 16);
  putU64(buffer, valid, offset + 24);
  if (attr) buffer.set(attr, offset + 40);
}

/** attr_out. */
export function putAttr(buffer: Buffer, offset: number, valid: number, attr: Uint8Array): void {
  putU64(buffer, valid, offset);
  buffer.fill(0, offset + 8, offset + 16);
  buffer.set(attr, offset + 16);
}

/** open_out (16 bytes). */
export function putOpen(buffer: Buffer, offset: number, handle: number, flags: number): void {
  putU64(buffer, handle, offset);
  buffer.writeUInt32LE(flags, offset + 8);
  buffer.writeUInt32LE(0, offset + 12);
}

const align8 = (length: number): number => (length + 7) & ~7;

export const direntBytes = (name: string): number => align8(DIRENT_BYTES + name.length);
export const direntPlusBytes = (name: string): number => ENTRY_OUT_BYTES + direntBytes(name);

/** dirent. `next` is the offset that a later READDIR continues from. */
export function putDirent(
  buffer: Buffer,
  offset: number,
  name: string,
  ino: Uint8Array,
  mode: number,
  next: number,
): void {
  buffer.set(ino, offset);
  putU64(buffer, next, offset + 8);
  buffer.writeUInt32LE(name.length, offset + 16);
  buffer.writeUInt32LE(mode >>> 12, offset + 20);
  buffer.write(name, offset + DIRENT_BYTES, 'latin1');
  const end = offset + DIRENT_BYTES + name.length;
  buffer.fill(0, end, offset + direntBytes(name));
}

/** A whole reply: header, then `body`. */
export function reply(request: Buffer, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + body.length);
  putHeader(message, message.length, 0, request);
  message.set(body, OUT_HEADER_BYTES);
  return message;
}

export function errorReply(request: Buffer, errno: number): Buffer {
  const message = Buffer.allocUnsafe(OUT_HEADER_BYTES);
  putHeader(message, OUT_HEADER_BYTES, errno, request);
  return message;
}

export function entryReply(request: Buffer, node: number, valid: number, attr?: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + ENTRY_OUT_BYTES);
  putHeader(message, message.length, 0, request);
  putEntry(message, OUT_HEADER_BYTES, node, valid, attr);
  return message;
}

export function attrReply(request: Buffer, valid: number, attr: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + ATTR_OUT_BYTES);
  putHeader(message, message.length, 0, request);
  putAttr(message, OUT_HEADER_BYTES, valid, attr);
  return message;
}

export function openReply(request: Buffer, handle: number, flags: number): Buffer {
  const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + 16);
  putHeader(message, message.length, 0, request);
  putOpen(message, OUT_HEADER_BYTES, handle, flags);
  return message;
}

/** The kernel reads this much ahead, which hides the round trip of a large file's blocks. */
const MAX_READAHEAD_BYTES = 1 << 20;
/** Asynchronous requests in flight (read-ahead); the kernel's default of 12 is for disks. */
const MAX_BACKGROUND = 64;

const WANTED =
  Init.ASYNC_READ |
  Init.ATOMIC_O_TRUNC |
  Init.BIG_WRITES |
  Init.DO_READDIRPLUS |
  Init.READDIRPLUS_AUTO |
  Init.PARALLEL_DIROPS |
  Init.MAX_PAGES |
  Init.EXPLICIT_INVAL_DATA |
  Init.HANDLE_KILLPRIV_V2;

/**
 * init_out (64 bytes), or EPROTO for a kernel before 7.31. A kernel with a newer
 * major version is told ours and sends INIT again.
 */
export function initReply(request: Buffer): Buffer {
  const major = request.readUInt32LE(40);
  const minor = request.readUInt32LE(44);
  if (major < FUSE_MAJOR || (major === FUSE_MAJOR && minor < FUSE_MINOR))
    return errorReply(request, constants.errno.EPROTO);
  const body = Buffer.alloc(64);
  body.writeUInt32LE(FUSE_MAJOR, 0);
  body.writeUInt32LE(FUSE_MINOR, 4);
  if (major === FUSE_MAJOR) {
    body.writeUInt32LE(MAX_READAHEAD_BYTES, 8);
    body.writeUInt32LE((request.readUInt32LE(52) & WANTED) >>> 0, 12);
    body.writeUInt16LE(MAX_BACKGROUND, 16);
    body.writeUInt16LE((MAX_BACKGROUND * 3) / 4, 18);
    body.writeUInt32LE(MAX_WRITE_BYTES, 20);
    body.writeUInt32LE(1, 24);
    body.writeUInt16LE(MAX_PAGES, 28);
  }
  return reply(request, body);
}

/** Notification: what the kernel caches of this node is void. `offset` -1: attributes only; else data from there on too. */
export function invalInode(node: number, offset: -1 | 0): Buffer {
  const message = Buffer.alloc(OUT_HEADER_BYTES + 24);
  message.writeUInt32LE(message.length, 0);
  message.writeInt32LE(Notify.INVAL_INODE, 4);
  putU64(message, node, OUT_HEADER_BYTES);
  message.writeBigInt64LE(BigInt(offset), OUT_HEADER_BYTES + 8);
  return message;
}

/**
 * Notification: this name in this folder may mean another file now, or none. The entry is only
 * expired (Linux 6.2; before, it is thrown away): a process that stands in a folder
 * which turns out to be the same keeps its working directory.
 */
export function invalEntry(parent: number, name: string): Buffer {
  const message = Buffer.alloc(OUT_HEADER_BYTES + 16 + name.length + 1);
  message.writeUInt32LE(message.length, 0);
  message.writeInt32LE(Notify.INVAL_ENTRY, 4);
  putU64(message, parent, OUT_HEADER_BYTES);
  message.writeUInt32LE(name.length, OUT_HEADER_BYTES + 8);
  message.writeUInt32LE(EXPIRE_ONLY, OUT_HEADER_BYTES + 12);
  message.write(name, OUT_HEADER_BYTES + 16, 'latin1');
  return message;
}

/** Not for the kernel: asks the notifier's process to answer with `mark` when it has come so far. */
export function notifierMark(mark: number): Buffer {
  const message = Buffer.alloc(OUT_HEADER_BYTES);
  message.writeUInt32LE(OUT_HEADER_BYTES, 0);
  putU64(message, mark, 8);
  return message;
}
