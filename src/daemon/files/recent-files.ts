import type { BytePath, PrefetchBatch } from '../../protocol/file-types.ts';
import { type FileTree, isRegular, sameVersion } from './file-tree.ts';

/** So many of the files that were changed last are remembered. */
const MAX_PATHS = 16;
/** Content of one file, and of all that go together: 8 KiB take 13 ms on a line of 5 Mbit/s, less than to ask for them. */
const MAX_FILE_BYTES = 4096;
const MAX_BYTES = 8192;

/**
 * The small files that others changed last. Their content is told with a command's end, since
 * what a command was run for is read next, and would cost a round trip each. Not with every
 * change: of a build's files nobody reads most.
 */
export class RecentFiles {
  readonly #tree: FileTree;
  /** The newest last. */
  readonly #paths = new Set<BytePath>();

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  changed(path: BytePath): void {
    this.#paths.delete(path);
    this.#paths.add(path);
    if (this.#paths.size > MAX_PATHS) this.#paths.delete(this.#paths.values().next().value!);
  }

  /** The content of those that are still there, the newest first; they are forgotten. */
  take(): PrefetchBatch['files'] {
    const paths = [...this.#paths].reverse();
    this.#paths.clear();
    let bytesLeft = MAX_BYTES;
    const files: PrefetchBatch['files'][number][] = [];
    for (const path of paths) {
      const file = this.#read(path, Math.min(MAX_FILE_BYTES, bytesLeft));
      if (!file) continue;
      files.push(file);
      bytesLeft -= file.data.length;
    }
    return files;
  }

  /** undefined: it has more bytes, is no file, or changes just now. */
  #read(path: BytePath, maxBytes: number): PrefetchBatch['files'][number] | undefined {
    try {
      const attributes = this.#tree.find(path);
      if (!attributes || !isRegular(attributes) || attributes.size > maxBytes) return undefined;
      const { data, version } = this.#tree.read(path, 0, attributes.size);
      if (!sameVersion(version, attributes)) return undefined;
      return { path, version, data };
    } catch {
      return undefined; // whoever reads it is told why it cannot be read
    }
  }
}
