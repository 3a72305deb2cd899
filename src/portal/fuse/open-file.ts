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
