import type { FileVersion } from '../remote-files.ts';
import type { Lock } from './lock.ts';
import type { Node } from './node.ts';
import type { WorkingCopy } from './working-copy.ts';

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
}

/** It has something that the remote does not have yet. */
export const isDirty = (file: OpenFile): boolean => file.copy !== undefined || file.tail.length > 0;
