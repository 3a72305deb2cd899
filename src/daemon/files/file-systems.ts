import type { BytePath } from '../../protocol/file-types.ts';

/** So many are told apart; the others count as the root's. */
const MAX_FILE_SYSTEMS = 16;

/** The file systems that a tree lies on, in the order in which they are met: 0 is that of its root. */
export class FileSystems {
  readonly #numbers = new Map<bigint, number>();
  #used = new Map<number, BytePath>();

  /** Number of the file system that `path` lies on. */
  number(device: bigint, path: BytePath): number {
    let number = this.#numbers.get(device);
    if (number === undefined) {
      if (this.#numbers.size === MAX_FILE_SYSTEMS) return 0;
      number = this.#numbers.size;
      this.#numbers.set(device, number);
    }
    if (number > 0) this.#used.set(number, path);
    return number;
  }

  /** How many have been met. */
  get count(): number {
    return this.#numbers.size;
  }

  /** Those but the root's that were used since the last call: by number, where each was used last. */
  takeUsed(): ReadonlyMap<number, BytePath> {
    const used = this.#used;
    this.#used = new Map();
    return used;
  }
}
