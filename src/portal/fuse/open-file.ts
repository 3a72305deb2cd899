import type { FileVersion } from '../remote-files.ts';
import { Lock } from './lock.ts';
import type { Node } from './node.ts';
import { WorkingCopy } from './working-copy.ts';

/** What a program writes through. */
export interface Handle {
  readonly id: number;
  readonly file: OpenFile;
  readonly append: boolean;
  /** The version that the program opened; follows our own changes. */
  base: FileVersion | undefined;
}

/** A file that is open for writing, or that has left the tree while somebody has it open. */
export interface OpenFile {
  readonly node: Node;
  readonly lock: Lock;
  readonly handles: Set<Handle>;
  copy: WorkingCopy | undefined;
  /** That it is to have, set since the last flush; only together with `copy`. */
  mode: number | undefined;
  /** Bytes appended since the last flush, not in `copy`. */
  tail: Buffer[];
  /** Bytes that were written since the last flush. */
  owed: number;
  /** All that is unwritten has been sent, as one message that no later mutation overtakes. */
  isSent: boolean;
}

/** It has something that the remote does not have yet. */
export const isDirty = (file: OpenFile): boolean => file.copy !== undefined || file.tail.length > 0;

/** Of a node that nobody has written yet. */
export const openFile = (node: Node): OpenFile => ({
  node,
  lock: new Lock(),
  handles: new Set(),
  copy: undefined,
  mode: undefined,
  tail: [],
  owed: 0,
  isSent: false,
});

/** Bytes that wait to be appended. */
export const tailBytes = ({ tail }: OpenFile): number => tail.reduce((sum, one) => sum + one.length, 0);

/** Attributes as the writer has to see them, until the remote's are known. */
export function localOf(file: OpenFile): Node['local'] {
  if (!isDirty(file)) return undefined;
  const { node, copy, mode } = file;
  return {
    size: copy ? copy.size : node.attributes.size + tailBytes(file),
    mtime: BigInt(Date.now()) * 1_000_000n,
    ...(mode !== undefined && { mode }),
  };
}

/** What the remote does not have of it, as a copy. */
export function unsent({ copy, tail }: OpenFile, spoolFolder: string): WorkingCopy {
  if (copy) return copy;
  const made = new WorkingCopy({ size: 0, base: undefined, spoolFolder });
  made.write(0, Buffer.concat(tail));
  return made;
}

/** As its programs see it. */
export const shownSize = (node: Node): number => node.local?.size ?? node.attributes.size;

/** What the remote does not have of a file. */
export type Unwritten = 'nothing' | 'its name' | 'content';

export function unwrittenOf(file: OpenFile): Unwritten {
  if (!isDirty(file)) return 'nothing';
  return file.copy?.isNew && file.copy.size === 0 && file.tail.length === 0 ? 'its name' : 'content';
}

/** Nothing is unwritten any more; `copy` was what was. */
export function forget(file: OpenFile, copy: WorkingCopy): void {
  copy.dispose();
  file.copy = undefined;
  file.mode = undefined;
  file.tail = [];
}

/** Bytes from `offset` as its programs see them; `base` reads what the remote has. */
export async function readThrough(
  file: OpenFile | undefined,
  offset: number,
  length: number,
  base: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (file?.copy) return file.copy.read(offset, length, base);
  if (!file || file.tail.length === 0) return base(offset, length);
  // Before the wait: a flush meanwhile hands the tail to the remote.
  const { size } = file.node.attributes;
  const tail = Buffer.concat(file.tail);
  const head = offset < size ? await base(offset, Math.min(length, size - offset)) : new Uint8Array();
  const from = Math.max(0, offset - size);
  return Buffer.concat([head, tail.subarray(from, from + length - head.length)]);
}

/** The node of the open file that is this one, with another change time and perhaps under another name. */
export function openNodeOf(
  files: Iterable<OpenFile>,
  { ino, size, mtime }: Pick<FileVersion, 'ino' | 'size' | 'mtime'>,
): Node | undefined {
  for (const { node, handles } of files) {
    // What was removed here is gone, and its inode number soon another file's.
    if (handles.size === 0 || (node.names.length === 0 && !node.lost)) continue;
    const known = node.attributes;
    if (known.ino === ino && known.size === size && known.mtime === mtime) return node;
  }
  return undefined;
}
