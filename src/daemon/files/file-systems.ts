import type { BytePath } from '../../protocol/file-types.ts';

/** So many are told apart; the others count as the root's. */
const MAX_FILE_SYSTEMS = 16;

/** The file systems that a tree lies on, in the order in which they are met: 0 is that of its root. */
export class FileSystems {
  readonly #numbers = new Map<bigint, number>();
  readonly #places: BytePath[] = [];

  /** Number of the file system that `path` lies on. */
  number(device: bigint, path: BytePath): number {
    const known = this.#numbers.get(device);
    if (known !== undefined) return known;
    if (this.#places.length === MAX_FILE_SYSTEMS) return 0;
    this.#numbers.set(device, this.#places.length);
    return this.#places.push(path) - 1;
  }

  /** Where each of them was met, by number. */
  get places(): readonly BytePath[] {
    return this.#places;
  }
}
