import { PLENTY, type Room } from '../../protocol/file-room.ts';
import type { FileTree } from './file-tree.ts';

/** A change by less than this part of what was told is not told. */
const NOTABLE = 1 / 8;

/**
 * What is left on the tree's file systems, so that a client which keeps writes for a while knows when it
 * must not. Asked for again and again: no event tells of it, and most of what fills a disk is
 * done by others, outside of the tree.
 */
export class RoomWatch {
  readonly #tree: FileTree;
  #told = new Map<number, Room>();
  #looked = 0;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** What is notably another than was told before, and told now. */
  news(): (Room & { readonly fs: number })[] {
    const { places } = this.#tree.fileSystems;
    this.#looked = places.length;
    return places.flatMap((path, fs) => {
      const room = this.#look(path);
      const told = this.#told.get(fs) ?? PLENTY;
      if (!differ(room.bytes, told.bytes) && !differ(room.files, told.files)) return [];
      this.#told.set(fs, room);
      return [{ fs, ...room }];
    });
  }

  /** The same if there are file systems that nobody was told of. */
  met(): ReturnType<RoomWatch['news']> {
    return this.#tree.fileSystems.places.length > this.#looked ? this.news() : [];
  }

  /** The same for somebody who has been told nothing. */
  all(): ReturnType<RoomWatch['news']> {
    this.#told = new Map();
    return this.news();
  }

  /** A file system that counts neither blocks nor files has no end that could be told. */
  #look(path: string): Room {
    try {
      const { blocks, blocksAvailable, blockSize, files, filesFree } = this.#tree.statfs(path);
      return {
        bytes: blocks === 0n ? PLENTY.bytes : Math.min(PLENTY.bytes, Number(blocksAvailable) * blockSize),
        files: files === 0n ? PLENTY.files : Math.min(PLENTY.files, Number(filesFree)),
      };
    } catch {
      return PLENTY; // unmounted, or out of reach
    }
  }
}

function differ(now: number, told: number): boolean {
  return Math.abs(now - told) > told * NOTABLE;
}
