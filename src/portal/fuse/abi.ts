/**
 * Numbers of the kernel's FUSE interface, version 7.31 (Linux 5.4); names and
 * layouts from <linux/fuse.h>. All integers are in the machine's byte order,
 * which is little-endian on everything that node runs on with /dev/fuse.
 */
export const FUSE_MAJOR = 7;
export const FUSE_MINOR = 31;

export const ROOT_ID = 1;

export const IN_HEADER_BYTES = 40;
export const OUT_HEADER_BYTES = 16;
export const ATTR_BYTES = 88;
export const ENTRY_OUT_BYTES = 40 + ATTR_BYTES;
export const ATTR_OUT_BYTES = 16 + ATTR_BYTES;
export const DIRENT_BYTES = 24;

/** The largest WRITE that we accept; the kernel needs room for its header besides. */
export const MAX_WRITE_BYTES = 1 << 20;
export const REQUEST_BUFFER_BYTES = MAX_WRITE_BYTES + 4096;
/** init_out.max_pages: requests of up to 1 MiB. */
export const MAX_PAGES = 256;

export const Op = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  SETXATTR: 21,
  GETXATTR: 22,
  LISTXATTR: 23,
  REMOVEXATTR: 24,
  FLUSH: 25,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  ACCESS: 34,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  READDIRPLUS: 44,
  RENAME2: 45,
} as const;

/** Bits of init_in.flags and init_out.flags. */
export const Init = {
  ASYNC_READ: 1 << 0,
  ATOMIC_O_TRUNC: 1 << 3,
  BIG_WRITES: 1 << 5,
  DO_READDIRPLUS: 1 << 13,
  READDIRPLUS_AUTO: 1 << 14,
  PARALLEL_DIROPS: 1 << 18,
  MAX_PAGES: 1 << 22,
  CACHE_SYMLINKS: 1 << 23,
  EXPLICIT_INVAL_DATA: 1 << 25,
  /** We promise that writes clear set-id bits (the remote does), which spares a GETXATTR for each write. */
  HANDLE_KILLPRIV_V2: 1 << 28,
} as const;

/** Bits of open_out.open_flags. */
export const Fopen = {
  DIRECT_IO: 1 << 0,
  KEEP_CACHE: 1 << 1,
  CACHE_DIR: 1 << 3,
  /** No FLUSH at close; kernels before 5.18 ignore it. */
  NOFLUSH: 1 << 5,
} as const;

/** Bits of setattr_in.valid. */
export const Fattr = {
  MODE: 1 << 0,
  UID: 1 << 1,
  GID: 1 << 2,
  SIZE: 1 << 3,
  ATIME: 1 << 4,
  MTIME: 1 << 5,
  FH: 1 << 6,
  ATIME_NOW: 1 << 7,
  MTIME_NOW: 1 << 8,
} as const;

/** Flag of write_in: the kernel writes back a page of a mapping, through whichever handle it has for writing. */
export const WRITE_CACHE = 1;

/** Flag of FUSE_NOTIFY_INVAL_ENTRY. */
export const EXPIRE_ONLY = 1;

export const Notify = { INVAL_INODE: 2, INVAL_ENTRY: 3 } as const;

/** open(2) flags as the kernel passes them (x86 and arm64 agree on these). */
export const O = {
  ACCMODE: 3,
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  /** The kernel's own mark of an open for execve(2) (FMODE_EXEC of <linux/fs.h>). */
  EXEC: 0x20,
} as const;

/** File types in st_mode. */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFDIR: 0o040000,
  IFIFO: 0o010000,
} as const;
