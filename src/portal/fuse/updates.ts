/**
 * What the main thread and the reader thread tell each other. The main thread
 * posts updates, then writes its reply to the kernel; the reader takes all updates
 * in after each request that it reads. So whoever has seen a reply is never served
 * something older by the reader.
 */
export type Update =
  /** Attributes (encoded, 88 bytes) of a node and what may be done with it (bits of access(2)): the reader may answer. */
  | { readonly kind: 'node'; readonly node: number; readonly attr: Uint8Array; readonly access: number }
  /** What a name in a folder is; 0: known not to exist; -1: unknown. */
  | { readonly kind: 'entry'; readonly folder: number; readonly name: string; readonly node: number }
  /** All of a folder: nodes with their names and attributes (88 bytes each, one after another). */
  | {
      readonly kind: 'listing';
      readonly folder: number;
      readonly names: readonly string[];
      readonly nodes: readonly number[];
      readonly attrs: Uint8Array;
      readonly access: Uint8Array;
    }
  /** A file's whole content, in memory that both threads share. */
  | { readonly kind: 'content'; readonly node: number; readonly data: Uint8Array }
  /** Where a link leads; undefined: the main thread has to be asked. */
  | { readonly kind: 'target'; readonly node: number; readonly target: string | undefined }
  /** Content is no longer known (or no longer in memory). */
  | { readonly kind: 'forget-content'; readonly node: number }
  /** Nothing is known of the node's attributes, content, listing and target. */
  | { readonly kind: 'stale'; readonly node: number }
  /** The node has left the tree for good; forgotten when the kernel forgets it. */
  | { readonly kind: 'gone'; readonly node: number }
  /** While set, the main thread answers everything about the node: it has unwritten data. */
  | { readonly kind: 'busy'; readonly node: number; readonly busy: boolean }
  /** The main thread answered an OPEN whose handle the reader keeps. */
  | { readonly kind: 'opened'; readonly node: number }
  /** While false, the main thread answers everything: what is cached may be out of date. */
  | { readonly kind: 'lease'; readonly held: boolean };

/** What the reader cannot answer goes to the main thread as it came. */
export interface Forwarded {
  readonly request: Uint8Array;
  /** Nodes with the number of handles that the reader has given out for them, where it changed since the last message. */
  readonly opens: readonly (readonly [node: number, handles: number])[];
}

/** The reader's last message: the kernel has closed the device, or it was told to stop. */
export interface ReaderEnded {
  readonly ended: true;
}

/** The first message to a reader: it begins. */
export interface ReaderStart {
  readonly device: number;
  readonly stop: number;
  /** Seconds that the kernel may keep what the reader answers. */
  readonly valid: number;
  /** First line of every executable of the tree, as execve(2) sees it: `#!SHIM\n`. Empty: as they are. */
  readonly execLine: string;
}

/** Handles of files that the reader opened: its own, and those of an exec-open. The main thread's are larger. */
export const READER_HANDLE = 0;
export const EXEC_HANDLE = 1;
export const FIRST_MAIN_HANDLE = 16;
/** Handles of folders that the reader opened. */
export const FIRST_READER_FOLDER_HANDLE = 2 ** 40;
