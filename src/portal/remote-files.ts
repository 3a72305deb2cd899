import type { Signal } from '../base/signal.ts';
import type { Room } from '../protocol/file-room.ts';
import type {
  BytePath,
  Clocked,
  DirectoryEntry,
  FileAttributes,
  FileVersion,
  Invalidation,
  Mutation,
  MutationResult,
  PrefetchBatch,
  PrefetchBudget,
  StatFs,
} from '../protocol/file-types.ts';

export type * from '../protocol/file-types.ts';

/**
 * The project's files as the portal sees them: one folder tree on another host.
 * Implemented over the protocol by `protocol-files.ts`, and by a local folder in tests.
 *
 * Every method rejects with a ZmxError whose code is the remote's errno. A signal
 * ends the waiting (AbortError), not what the remote does.
 */
export interface RemoteFiles {
  /** The root's real path on its host; it may stand for any bytes, see src/base/byte-text.ts. */
  readonly root: string;
  /**
   * Who the calls act as on the remote, so that access(2) and the permission of an open are
   * answered here. Undefined: unknown, and every open is tried. The remote decides in any case.
   */
  readonly identity?: { readonly uid: number; readonly gids: readonly number[] };
  /**
   * False: changes by others are not pushed (a tree that cannot be watched). What is cached then
   * expires after 1 s and is revalidated at each command's end. Undefined: true.
   */
  readonly watched?: boolean;
  stat(path: BytePath, signal?: AbortSignal): Promise<Clocked<FileAttributes>>;
  readlink(path: BytePath, signal?: AbortSignal): Promise<Clocked<BytePath>>;
  list(
    path: BytePath,
    signal?: AbortSignal,
  ): Promise<Clocked<{ readonly self: FileAttributes; readonly entries: readonly DirectoryEntry[] }>>;
  /** Bytes from `offset`; shorter only at the end of the file. `version` is of the moment of reading. */
  read(
    path: BytePath,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Clocked<{ readonly data: Uint8Array; readonly version: FileVersion }>>;
  /** Of the file system that `path` is on. */
  statfs(path: BytePath): Promise<StatFs>;
  /** What was last told of one of the tree's file systems (`fs` of FileAttributes); costs nothing. */
  room(fs: number): Room;
  getxattr(path: BytePath, name: string): Promise<Uint8Array>;
  listxattr(path: BytePath): Promise<readonly string[]>;
  mutate(mutation: Mutation): Promise<Clocked<MutationResult>>;
  /** Whole tree's listings and small files' content, within the budget; `found` is called as they come. */
  prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void>;
  /**
   * Changes by others. Every advance of the clock is emitted, in order (with no paths where it
   * was this portal's own mutation), so that "everything up to clock N has arrived" can be known.
   */
  readonly invalidated: Signal<Invalidation>;
  /** Up to where that has been emitted by now. */
  readonly clock: number;
  /**
   * The lease: 'held' while the watch is live. Calls made while it is lost wait for it.
   * 'renewed': everything cached must be revalidated (new epoch, overflow, resumed too late).
   */
  readonly lease: Signal<'held' | 'lost' | 'renewed'>;
}
