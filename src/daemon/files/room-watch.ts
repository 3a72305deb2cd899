import { PLENTY, type Room } from '../../protocol/file-room.ts';
import type { BytePath } from '../../protocol/file-types.ts';
import type { FileTree } from './file-tree.ts';

/**
 * A change by less than this part of what was told is not told. Of PLENTY (1 GiB, 16384 files) that is
 * 32 MiB and 512 files: half of the margin that a client keeps free (Space in the portal), so that the
 * other half is left for what is written between two looks.
 */
const NOTABLE = 1 / 32;

type News = (Room & { readonly fs: number })[];

/**
 * What is left on the tree's file systems, so that a client which keeps writes for a while knows when it
 * must not. Asked for again and again: no event tells of it, and most of what fills a disk is
 * done by others, outside of the tree. Only of the root's and of those in use: one that does not answer
 * (a network file system whose server is gone) must not hold up who has no business there.
 */
export class RoomWatch {
  readonly #tree: Pick<FileTree, 'fileSystems' | 'statfs'>;
  readonly #told = new Map<number, Room>();
  #met = 0;

  constructor(tree: Pick<FileTree, 'fileSystems' | 'statfs'>) {
    this.#tree = tree;
  }

  /** What is notably another than was told before, and told now. */
  news(): News {
    const { fileSystems } = this.#tree;
    this.#met = fileSystems.count;
    return [[0, ''] as const, ...fileSystems.takeUsed()].flatMap(([fs, path]) => {
      const room = this.#look(path);
      const told = this.#told.get(fs) ?? PLENTY;
      if (!room || (!differ(room.bytes, told.bytes) && !differ(room.files, told.files))) return [];
      this.#told.set(fs, room);
      return [{ fs, ...room }];
    });
  }

  /** The same if there are file systems that nobody was told of. */
  met(): News {
    return this.#tree.fileSystems.count > this.#met ? this.news() : [];
  }

  /** All that is to be known, for somebody who has been told nothing. */
  all(): News {
    this.news();
    return [...this.#told].map(([fs, room]) => ({ fs, ...room }));
  }

  /** A file system that counts neither blocks nor files has no end that could be told. */
  #look(path: BytePath): Room | undefined {
    try {
      const { blocks, blocksAvailable, blockSize, files, filesFree } = this.#tree.statfs(path);
      return {
        bytes: blocks === 0n ? PLENTY.bytes : Math.min(PLENTY.bytes, Number(blocksAvailable) * blockSize),
        files: files === 0n ? PLENTY.files : Math.min(PLENTY.files, Number(filesFree)),
      };
    } catch {
      return undefined; // unmounted, or removed since
    }
  }
}

function differ(now: number, told: number): boolean {
  return Math.abs(now - told) > told * NOTABLE;
}
