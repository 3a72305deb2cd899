import type { PathChange } from '../../protocol/file-codec.ts';
import type { FileAttributes, FileVersion } from '../../protocol/file-types.ts';
import { isRegular, sameVersion } from './file-tree.ts';

/** Files whose own changes are remembered; the longest untouched are forgotten. */
const MAX_FILES = 4096;
/** Versions remembered per file. */
const MAX_VERSIONS = 64;

/**
 * Which versions of a file led to its present one by the session's own mutations
 * alone: a program that has a file open twice, or changes its mode between two
 * writes, is in no conflict with itself.
 */
export class OwnVersions {
  readonly #files = new Map<bigint, { readonly past: FileVersion[]; last: FileVersion }>();

  /** A mutation of the session's made `touched` of what the first of them was before. */
  record(before: FileAttributes | null, touched: readonly PathChange[]): void {
    if (!before || !isRegular(before)) return;
    const after = touched.find(({ attributes }) => attributes?.ino === before.ino)?.attributes;
    if (!after) return;
    const known = this.#files.get(before.ino);
    this.#files.delete(before.ino);
    const past = known && sameVersion(known.last, before) ? known.past : [];
    past.push(before);
    if (past.length > MAX_VERSIONS) past.shift();
    this.#files.set(before.ino, { past, last: after });
    if (this.#files.size > MAX_FILES) this.#files.delete(this.#files.keys().next().value!);
  }

  /** Whether only own changes lie between `base` and `current`. */
  leads(base: FileVersion, current: FileVersion): boolean {
    const known = this.#files.get(current.ino);
    return !!known && sameVersion(known.last, current) && known.past.some((past) => sameVersion(past, base));
  }
}
