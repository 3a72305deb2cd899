import type { BytePath, FileAttributes, FileVersion, RemoteFiles } from '../remote-files.ts';
import { S } from './abi.ts';

/** An inode as the kernel knows it: one node however many names it has. */
export interface Node {
  readonly id: number;
  attributes: FileAttributes;
  /** Inode number shown, where it was not known when the node was first shown (a deferred create). */
  shownIno: bigint | undefined;
  /** Where it stands in the tree; empty: it has left it, and lives on only in open handles. */
  readonly names: Place[];
  /** Folders: what is known of names; null is "no such file". */
  children: Map<string, Node | null> | undefined;
  /** `children` is all there is, as long as `freshUntil` lies ahead. */
  complete: boolean;
  /** The kernel may have been told of any name in this folder that there is no such file. */
  listed: boolean;
  target: BytePath | undefined;
  /** Until when attributes and children hold, in ms of the monotonic clock; 0: ask again. */
  freshUntil: number;
  /** Size, time and mode as a program that writes it has to see them; until it is on the remote. */
  local: { readonly size: number; readonly mtime: bigint; readonly mode?: number } | undefined;
  /** An open has told the kernel to keep the pages of the content that it has now. */
  kernelHas: boolean;
  /** The kernel has been told since the last open that it has changed, and may not have acted on it yet. */
  notified: boolean;
  /** Where it stood when it left the tree, for messages. */
  lastPath: BytePath | undefined;
  /** Somebody else removed or replaced it, so that what is written to it can reach nobody. */
  lost: boolean;
}

export interface Place {
  readonly folder: Node;
  readonly name: string;
}

export const isFolder = (mode: number): boolean => (mode & S.IFMT) === S.IFDIR;
export const isFile = (mode: number): boolean => (mode & S.IFMT) === S.IFREG;
export const isFifo = (mode: number): boolean => (mode & S.IFMT) === S.IFIFO;
export const isLink = (mode: number): boolean => (mode & S.IFMT) === S.IFLNK;

export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime;
}

/** Everything that stat(2) shows but the access time, which reading changes. */
export function sameAttributes(a: FileAttributes, b: FileAttributes): boolean {
  return sameVersion(a, b) && a.mode === b.mode && a.nlink === b.nlink && sameRights(a, b);
}

const sameRights = (a: FileAttributes, b: FileAttributes): boolean =>
  a.sealed === b.sealed && a.access === b.access;

/** As stat(2) has to show them, which for a file that is being written is not yet what the remote has. */
export function shownAttributes({ attributes, shownIno, local }: Node): FileAttributes {
  if (shownIno === undefined && !local) return attributes;
  return {
    ...attributes,
    ino: shownIno ?? attributes.ino,
    ...(local && { size: local.size, mtime: local.mtime, ctime: local.mtime }),
    ...(local?.mode !== undefined && { mode: local.mode }),
  };
}

/** With another mode, which makes void what was told of the rights. */
export function withMode({ access: _, ...attributes }: FileAttributes, mode: number): FileAttributes {
  return { ...attributes, mode };
}

/** The kernel cannot take another type of file under an id that it knows. */
export function sameFile(a: FileAttributes, b: FileAttributes): boolean {
  return a.ino === b.ino && (a.mode & S.IFMT) === (b.mode & S.IFMT);
}

/** What a file that is made here looks like until the remote has it; in a folder of these attributes. */
export function attributesOfNew(
  ino: bigint,
  mode: number,
  identity: RemoteFiles['identity'],
  { fs = 0 }: FileAttributes,
): FileAttributes {
  const now = BigInt(Date.now()) * 1_000_000n;
  const { uid, gids } = identity ?? { uid: 0, gids: [0] };
  return {
    ...{ ino, mode, nlink: 1, uid, gid: gids[0] ?? 0, rdev: 0, size: 0, blocks: 0 },
    ...{ atime: now, mtime: now, ctime: now, fs },
  };
}
