/**
 * What the file messages say: one folder tree on the daemon's host, and changes of it.
 *
 * A path is relative to the tree's root, '' for the root itself, components joined by '/',
 * in latin1: each char is one byte, since a file's name is bytes, not text.
 */
export type BytePath = string;

export interface FileAttributes {
  readonly ino: bigint;
  /** st_mode, type bits included. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blocks: number;
  /** Nanoseconds since 1970. */
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
  /** Why it cannot be written whatever its mode says. */
  readonly sealed?: Seal;
  /** What the daemon's user may do (bits of access(2)'s mode), where owner and mode say something else. */
  readonly access?: number;
  /** Which of the tree's file systems it is on, for Room; undefined: 0, the root's. */
  readonly fs?: number;
}

/** A read-only file system; an immutable or append-only file. */
export type Seal = 'EROFS' | 'EPERM';

/** What says that a file's content is what one thinks: compared at writes and revalidation. */
export type FileVersion = Pick<FileAttributes, 'ino' | 'size' | 'mtime' | 'ctime'>;

export interface DirectoryEntry {
  readonly name: BytePath;
  readonly attributes: FileAttributes;
  /** Target, for symlinks. */
  readonly target?: BytePath;
}

/** Every reply carries the root's change clock; one older than the path's last invalidation must not be cached. */
export interface Clocked<T> {
  readonly clock: number;
  readonly value: T;
}

/** One change of the tree. `op` ids make repeats harmless; `seq` orders them over all lanes. */
export type Mutation =
  | { readonly kind: 'create'; readonly path: BytePath; readonly mode: number; readonly exclusive: boolean }
  /** Ranges of content, staged, verified by SHA-256 and applied in place to the same inode. */
  | {
      readonly kind: 'write';
      readonly path: BytePath;
      /** Version at open, for conflicts (ESTALE); undefined: whatever is there. */
      readonly base?: FileVersion;
      /** Final size if it changes (truncate), applied before the ranges. */
      readonly truncate?: number;
      readonly ranges: readonly { readonly offset: number; readonly data: Uint8Array }[];
      readonly create?: { readonly mode: number; readonly exclusive: boolean };
      /** Space that is set apart before anything else, as by fallocate(2). */
      readonly allocate?: { readonly offset: number; readonly length: number; readonly keepSize: boolean };
    }
  | { readonly kind: 'append'; readonly path: BytePath; readonly data: Uint8Array }
  | { readonly kind: 'mkdir'; readonly path: BytePath; readonly mode: number }
  | { readonly kind: 'mknod'; readonly path: BytePath; readonly mode: number; readonly rdev: number }
  | { readonly kind: 'unlink' | 'rmdir'; readonly path: BytePath }
  /** flags of renameat2(2): 1 NOREPLACE, 2 EXCHANGE. */
  | { readonly kind: 'rename'; readonly path: BytePath; readonly to: BytePath; readonly flags: number }
  | { readonly kind: 'link'; readonly path: BytePath; readonly to: BytePath }
  | { readonly kind: 'symlink'; readonly path: BytePath; readonly target: BytePath }
  | { readonly kind: 'chmod'; readonly path: BytePath; readonly mode: number }
  /** undefined: unchanged; 'now': the remote's clock. */
  | {
      readonly kind: 'utimens';
      readonly path: BytePath;
      readonly atime?: bigint | 'now';
      readonly mtime?: bigint | 'now';
    }
  | { readonly kind: 'fsync'; readonly path: BytePath };

export interface MutationResult {
  /** Attributes after it, of each path that it touched (old and new parent folders included); null: no longer there. */
  readonly touched: readonly { readonly path: BytePath; readonly attributes: FileAttributes | null }[];
}

/** Pushed by the remote's watch: this path (and with `tree` all below it) changed by somebody else. */
export interface Invalidation {
  readonly clock: number;
  readonly paths: readonly {
    readonly path: BytePath;
    readonly tree: boolean;
    /** Its attributes now if known; null: gone. */
    readonly attributes?: FileAttributes | null;
  }[];
  /** Content of small files among them, as of this clock. */
  readonly files?: PrefetchBatch['files'];
}

export interface StatFs {
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly blocksFree: bigint;
  readonly blocksAvailable: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
  readonly nameMax: number;
}

export interface PrefetchBudget {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly maxFileBytes: number;
}

export interface PrefetchBatch {
  readonly clock: number;
  /** With this one all listings have come; an older daemon says so by the first content only. */
  readonly listed?: boolean;
  readonly folders: readonly {
    readonly path: BytePath;
    readonly self: FileAttributes;
    readonly entries: readonly DirectoryEntry[];
  }[];
  readonly files: readonly {
    readonly path: BytePath;
    readonly version: FileVersion;
    readonly data: Uint8Array;
  }[];
}
