import { IN_HEADER_BYTES, Op } from './abi.ts';

/**
 * Decoding of requests, pure and without copies: a request is a Buffer, a field
 * an offset into it. The reader looks at some thousand a second, so that there is no
 * object per request; functions here read one thing each.
 */

/** A request that cannot be carried out as it stands. */
export class MalformedRequest extends Error {
  readonly code: 'EFBIG' | 'EINVAL' | 'ENAMETOOLONG';

  constructor(message: string, code: 'EFBIG' | 'EINVAL' | 'ENAMETOOLONG' = 'EINVAL') {
    super(message);
    this.code = code;
  }
}

/** Bytes in a name at most, on every Linux file system; the kernel lets FUSE have 1024. */
const NAME_MAX = 255;

export const opcodeOf = (request: Buffer): number => request.readUInt32LE(4);
export const nodeOf = (request: Buffer): number => readU64(request, 16);
/** The thread that made the call; 0 where it is in another PID namespace. */
export const callerOf = (request: Buffer): number => request.readUInt32LE(32);
/** Key of a pending call. The eight bytes are copied, not this number, into replies. */
export const uniqueOf = (request: Buffer): bigint => request.readBigUInt64LE(8);

/** A u64 as a number; what a double cannot hold exactly (2^53 and above) comes out imprecise, never negative. */
export function readU64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset) + buffer.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

/** Bytes that follow the header at least, by opcode; an opcode that is not here is not implemented (ENOSYS). */
const BODY_BYTES: ReadonlyMap<number, number> = new Map([
  [Op.LOOKUP, 2],
  [Op.FORGET, 8],
  [Op.GETATTR, 16],
  [Op.SETATTR, 88],
  [Op.READLINK, 0],
  [Op.SYMLINK, 4],
  [Op.MKNOD, 18],
  [Op.MKDIR, 10],
  [Op.UNLINK, 2],
  [Op.RMDIR, 2],
  [Op.RENAME, 12],
  [Op.LINK, 10],
  [Op.OPEN, 8],
  [Op.READ, 40],
  [Op.WRITE, 40],
  [Op.STATFS, 0],
  [Op.RELEASE, 24],
  [Op.FSYNC, 16],
  [Op.GETXATTR, 10],
  [Op.LISTXATTR, 8],
  [Op.FLUSH, 24],
  [Op.INIT, 16],
  [Op.OPENDIR, 8],
  [Op.READDIR, 40],
  [Op.RELEASEDIR, 24],
  [Op.FSYNCDIR, 16],
  [Op.ACCESS, 8],
  [Op.CREATE, 18],
  [Op.INTERRUPT, 8],
  [Op.DESTROY, 0],
  [Op.BATCH_FORGET, 8],
  [Op.FALLOCATE, 32],
  [Op.READDIRPLUS, 40],
  [Op.RENAME2, 20],
]);

/**
 * Whether a request can be decoded at all. 'drop': not even a header, so that
 * there is nobody to answer.
 */
export function inspect(request: Buffer): 'ok' | 'drop' | 'EINVAL' | 'ENOSYS' {
  if (request.length < IN_HEADER_BYTES) return 'drop';
  const minimum = BODY_BYTES.get(opcodeOf(request));
  if (minimum === undefined) return 'ENOSYS';
  if (request.readUInt32LE(0) !== request.length) return 'EINVAL';
  return request.length < IN_HEADER_BYTES + minimum ? 'EINVAL' : 'ok';
}

/** Requests that the kernel wants no answer to. */
export function isOneWay(opcode: number): boolean {
  return opcode === Op.FORGET || opcode === Op.BATCH_FORGET || opcode === Op.INTERRUPT;
}

/** The NUL-ended string at `offset`, in latin1. @throws MalformedRequest without a NUL. */
export function readString(request: Buffer, offset: number): string {
  const end = request.indexOf(0, offset);
  if (end < 0) throw new MalformedRequest('a name without its end');
  return request.toString('latin1', offset, end);
}

/** A name of one path component. @throws MalformedRequest for what no folder can hold. */
export function readName(request: Buffer, offset: number): string {
  const name = readString(request, offset);
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new MalformedRequest('not a name of a file');
  if (name.length > NAME_MAX) throw new MalformedRequest('the name is too long', 'ENAMETOOLONG');
  return name;
}

export const bodyU32 = (request: Buffer, offset: number): number =>
  request.readUInt32LE(IN_HEADER_BYTES + offset);
export const bodyU64 = (request: Buffer, offset: number): number =>
  readU64(request, IN_HEADER_BYTES + offset);

/** Nanoseconds from a seconds field (signed: before 1970) and a nanoseconds field of the body. */
export function bodyTime(request: Buffer, seconds: number, nanoseconds: number): bigint {
  return (
    request.readBigInt64LE(IN_HEADER_BYTES + seconds) * 1_000_000_000n + BigInt(bodyU32(request, nanoseconds))
  );
}

/** A file offset or size. @throws MalformedRequest beyond what a number holds exactly (8 PiB). */
export function bodyOffset(request: Buffer, offset: number): number {
  const value = bodyU64(request, offset);
  if (value > Number.MAX_SAFE_INTEGER) throw new MalformedRequest('an offset beyond 8 PiB', 'EFBIG');
  return value;
}
