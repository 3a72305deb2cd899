import * as v from 'valibot';
import { type Body, bytes, errorInfo, id, message, uint } from '../message.ts';

/**
 * Files for portals. A session is one client's use of one folder tree: it has a change
 * clock, and one sequence of mutations whatever lane they come on. It outlives the
 * daemon: after a new epoch it is opened again under its id, and its journal decides
 * what had been done. Payloads with attributes are in the coding of file-codec.ts.
 */

/** Longest path in bytes; PATH_MAX of Linux. */
export const MAX_PATH_BYTES = 4096;
/** Content in one message at most; a piece of a read, a stage or a batch. */
export const PIECE_BYTES = 64 * 1024;
/** Ranges of one write at most. */
export const MAX_RANGES = 1024;

/** Relative to the root, '' for the root; each char is one byte (latin1). */
const bytePath = v.pipe(v.string(), v.maxLength(MAX_PATH_BYTES), v.regex(/^[\x01-\xff]*$/));
const uint32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));
/** Nanoseconds since 1970 in decimal: more than 53 bits. */
const time = v.union([v.literal('now'), v.pipe(v.string(), v.regex(/^-?\d{1,18}$|^-?[1-8]\d{18}$/))]);
/** Inode, size, mtime, ctime as file-codec.ts has them. */
const version = v.pipe(
  bytes,
  v.check((value) => value.length === 32, 'is no file version'),
);

/** Of file systems of the tree: what the daemon's user may still write there, and how many files make. */
const room = v.array(v.object({ fs: uint, bytes: uint, files: uint }));

export const FS_OPEN = message(
  60,
  'FS_OPEN',
  'control',
  'client',
  'Opens a folder tree, or opens it again after a new epoch; answered by FS_ROOTED.',
  {
    id: uint,
    /** Made by the client, kept for the portal's life. */
    session: id,
    /** Absolute path on the daemon's host, in latin1. */
    path: bytePath,
    /** First mutation whose result the client does not have, and the last one that it ever sent. */
    from: uint,
    sent: uint,
  },
);

export const FS_ROOTED = message(61, 'FS_ROOTED', 'control', 'daemon', 'The tree is open.', {
  re: uint,
  /** Real path of the root, in latin1. */
  root: bytePath,
  /** Who the session acts as there. */
  uid: uint32,
  gids: v.array(uint32),
  clock: uint,
  /** New whenever the watch began anew: what was cached under another one must be revalidated. */
  incarnation: id,
  /** false: changes by others are not told. */
  watched: v.boolean(),
  /** What is not told here or later is at least 1 GiB and 16384 files. */
  room: v.optional(room),
});

const question = { id: uint, session: id, path: bytePath };

export const FS_STAT = message(
  62,
  'FS_STAT',
  'control',
  'client',
  'Asks for attributes; answered by FS_VALUE with them as payload.',
  question,
);
export const FS_READLINK = message(
  63,
  'FS_READLINK',
  'control',
  'client',
  "Asks for a symlink's target; answered by FS_VALUE with it as payload.",
  question,
);
export const FS_LIST = message(
  64,
  'FS_LIST',
  'control',
  'client',
  'Asks for a folder with the attributes of its entries; answered by FS_VALUE.',
  question,
);
export const FS_READ = message(
  65,
  'FS_READ',
  'control',
  'client',
  'Asks for a piece of content, shorter only at the end of the file; answered by FS_VALUE with its version.',
  { ...question, offset: uint, length: v.pipe(uint, v.maxValue(PIECE_BYTES)) },
);
export const FS_STATFS = message(
  66,
  'FS_STATFS',
  'control',
  'client',
  'Asks for the state of the file system; answered by FS_VALUE.',
  question,
);
export const FS_XATTR = message(
  67,
  'FS_XATTR',
  'control',
  'client',
  'Asks for an extended attribute, or without a name for the names, each ended by a NUL; answered by FS_VALUE.',
  { ...question, name: v.optional(bytePath) },
);

export const FS_VALUE = message(68, 'FS_VALUE', 'both', 'daemon', 'Answers a question; payload: the value.', {
  re: uint,
  /** The change clock when the value was looked up. */
  clock: uint,
  version: v.optional(version),
  error: v.optional(errorInfo),
  room: v.optional(room),
});

export const FS_STAGE = message(
  69,
  'FS_STAGE',
  'bulk',
  'client',
  'Stages a piece of content for a mutation to come; payload: the bytes; answered by FS_VALUE.',
  { id: uint, session: id, op: id, offset: uint },
);

const at = { path: bytePath };
const creation = { mode: uint32, exclusive: v.boolean() };

/** The kinds of file-types.ts; content is the payload or was staged. */
export const mutationSchema = v.variant('kind', [
  v.object({ kind: v.literal('create'), ...at, ...creation }),
  v.object({
    kind: v.literal('write'),
    ...at,
    base: v.optional(version),
    truncate: v.optional(uint),
    ranges: v.pipe(v.array(v.object({ offset: uint, length: uint })), v.maxLength(MAX_RANGES)),
    create: v.optional(v.object(creation)),
    allocate: v.optional(v.object({ offset: uint, length: uint, keepSize: v.boolean() })),
  }),
  v.object({ kind: v.literal('append'), ...at, length: uint }),
  v.object({ kind: v.literal('mkdir'), ...at, mode: uint32 }),
  v.object({ kind: v.literal('mknod'), ...at, mode: uint32, rdev: uint32 }),
  v.object({ kind: v.literal('unlink'), ...at }),
  v.object({ kind: v.literal('rmdir'), ...at }),
  v.object({ kind: v.literal('rename'), ...at, to: bytePath, flags: v.pipe(uint32, v.maxValue(7)) }),
  v.object({ kind: v.literal('link'), ...at, to: bytePath }),
  v.object({ kind: v.literal('symlink'), ...at, target: bytePath }),
  v.object({ kind: v.literal('chmod'), ...at, mode: uint32 }),
  v.object({ kind: v.literal('utimens'), ...at, atime: v.optional(time), mtime: v.optional(time) }),
  v.object({ kind: v.literal('fsync'), ...at }),
]);
export type WireMutation = v.InferOutput<typeof mutationSchema>;

export const FS_MUTATE = message(
  70,
  'FS_MUTATE',
  'both',
  'client',
  'Changes the tree once per `op`, in the order of `seq`; payload: the content unless staged; answered by FS_DONE.',
  {
    session: id,
    /** From 1, without gaps. */
    seq: uint,
    op: id,
    /** The client has the results of all mutations up to this one. */
    known: uint,
    mutation: mutationSchema,
    /** Of write and append: size in bytes and SHA-256 of the content, all ranges one after another. */
    content: v.optional(v.object({ size: uint, sha256: bytes, staged: v.boolean() })),
  },
);
export type MutateBody = Body<typeof FS_MUTATE>;

export const FS_DONE = message(
  71,
  'FS_DONE',
  'control',
  'daemon',
  'A mutation is done or failed; payload: the paths that it touched, with their attributes.',
  {
    session: id,
    seq: uint,
    op: id,
    clock: uint,
    /** With `retry` nothing happened, and the sequence waits for this mutation to be sent again. */
    error: v.optional(errorInfo),
    /** With an error of a write or append that had begun: bytes of the content that are in the file. */
    written: v.optional(uint),
    room: v.optional(room),
  },
);

export const FS_PREFETCH = message(
  72,
  'FS_PREFETCH',
  'control',
  'client',
  'Asks for all listings and small files as FS_BATCH; answered by FS_VALUE at the end.',
  {
    id: uint,
    session: id,
    maxEntries: uint,
    maxBytes: uint,
    maxFileBytes: v.pipe(uint, v.maxValue(1024 * 1024)),
    /** Made by the client; of several under way the newest goes first. */
    prefetch: uint,
    /** Bytes of payload that may be sent at once; FS_TAKEN allows more. */
    allowed: uint,
  },
);

export const FS_BATCH = message(
  73,
  'FS_BATCH',
  'bulk',
  'daemon',
  'Part of a prefetch; payload: listings and files.',
  {
    session: id,
    prefetch: uint,
    clock: uint,
    /** All listings have been sent. */
    listed: v.optional(v.boolean()),
    room: v.optional(room),
  },
);

export const FS_TAKEN = message(
  74,
  'FS_TAKEN',
  'control',
  'client',
  'Prefetches may send this many bytes of payload in all since the session was opened.',
  { session: id, allowed: uint },
);

export const FS_CHANGED = message(
  75,
  'FS_CHANGED',
  'control',
  'daemon',
  'Others changed the tree; payload: the paths, and for a command that has ended a batch with the content of small files among those that changed since the last one.',
  {
    session: id,
    clock: uint,
    /** Changes may have been missed: all that is cached must be revalidated. */
    renewed: v.optional(v.boolean()),
    /** Changed: whether changes by others are told from now on. */
    watched: v.optional(v.boolean()),
    /** The session has ended there, though the daemon lives: it must be opened again. */
    lost: v.optional(v.boolean()),
    room: v.optional(room),
  },
);

export const FS_SYNC = message(
  76,
  'FS_SYNC',
  'control',
  'client',
  'Asks that every change so far be told; answered by FS_VALUE behind the FS_CHANGED.',
  { id: uint, session: id },
);

export const FS_CLOSE = message(
  77,
  'FS_CLOSE',
  'control',
  'client',
  'Ends the session and forgets its journal; answered by FS_VALUE.',
  { id: uint, session: id },
);
