import { ZmxError } from '../../protocol/errors.ts';
import type { Clocked, FileVersion, RemoteFiles } from '../remote-files.ts';
import { isFile, type Node, sameVersion } from './node.ts';
import type { Tree } from './tree.ts';
import type { Update } from './updates.ts';

/** Files up to this size are kept whole, in memory that the reader shares. */
export const WHOLE_FILE_BYTES = 256 * 1024;
/** Content kept here; the kernel's page cache holds what is used besides. */
const WHOLE_BUDGET_BYTES = 192 * 1024 * 1024;
/** Unit of reading larger files: 50 ms of a 20 Mbit/s line. */
const BLOCK_BYTES = 128 * 1024;
const BLOCK_BUDGET_BYTES = 32 * 1024 * 1024;
/** Blocks asked for ahead of a program that reads on and on: 2 MiB fill a line of 100 Mbit/s at 160 ms. */
const MAX_BLOCKS_AHEAD = 16;
/** A file that changes each time that it is read is given up after so many. */
const ATTEMPTS = 5;

interface Blocks {
  readonly version: FileVersion;
  readonly blocks: Map<number, Promise<Uint8Array>>;
  next: number;
  ahead: number;
}

export interface ContentsOptions {
  readonly files: RemoteFiles;
  readonly tree: Tree;
  readonly post: (update: Update) => void;
  /** Runs a read so that a result that an invalidation has overtaken is read again. */
  readonly fresh: <T>(node: Node, call: (path: string) => Promise<Clocked<T>>) => Promise<T>;
  /** The remote's file is not what the node's attributes say. */
  readonly refresh: (node: Node) => Promise<unknown>;
}

/** What files hold, as read from the remote: small ones whole, large ones in blocks. */
export class Contents {
  readonly #whole = new Map<Node, { version: FileVersion; readonly data: Uint8Array }>();
  readonly #blocks = new Map<Node, Blocks>();
  readonly #options: ContentsOptions;
  #wholeBytes = 0;
  #blockBytes = 0;

  constructor(options: ContentsOptions) {
    this.#options = options;
  }

  /** The whole content, if it is here and that of the node's attributes. */
  whole(node: Node): Uint8Array | undefined {
    const whole = this.#whole.get(node);
    if (!whole) return undefined;
    if (sameVersion(whole.version, node.attributes)) return whole.data;
    this.drop(node);
    return undefined;
  }

  /** The attributes have changed by our own doing, the content as the caller says elsewhere, or not at all. */
  revise(node: Node): void {
    const whole = this.#whole.get(node);
    if (whole) whole.version = node.attributes;
  }

  /** Keeps a file's whole content, which is that of its current attributes. */
  keep(node: Node, data: Uint8Array): void {
    this.drop(node);
    if (data.length > WHOLE_FILE_BYTES) return;
    const shared = new Uint8Array(new SharedArrayBuffer(data.length));
    shared.set(data);
    this.#whole.set(node, { version: node.attributes, data: shared });
    this.#wholeBytes += shared.length;
    for (const oldest of this.#whole.keys()) {
      if (this.#wholeBytes <= WHOLE_BUDGET_BYTES) break;
      this.drop(oldest);
    }
    if (this.#whole.has(node)) this.share(node, shared);
  }

  drop(node: Node): void {
    const whole = this.#whole.get(node);
    if (whole) {
      this.#whole.delete(node);
      this.#wholeBytes -= whole.data.length;
      this.#options.post({ kind: 'forget-content', node: node.id });
    }
    this.#dropBlocks(node);
  }

  /** Reads the beginning at least, so that a permission that is missing shows at open. */
  async open(node: Node): Promise<void> {
    if (!isFile(node.attributes.mode)) return;
    if (!this.#options.tree.isFresh(node)) await this.#options.refresh(node);
    const whole = this.whole(node);
    if (whole) this.share(node, whole);
    else await this.read(node, 0, 1);
  }

  /** Gives the reader (again) what is kept here. */
  share(node: Node, data: Uint8Array): void {
    this.#options.post({ kind: 'content', node: node.id, data });
  }

  /** Bytes from `offset`; shorter only at the end of the file. */
  async read(node: Node, offset: number, length: number): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      const { size } = node.attributes;
      const whole = this.whole(node);
      if (whole) return whole.subarray(offset, offset + length);
      const data =
        size <= WHOLE_FILE_BYTES ? await this.#readWhole(node) : await this.#readBlocks(node, offset, length);
      if (data) return size <= WHOLE_FILE_BYTES ? data.subarray(offset, offset + length) : data;
      if (attempt === ATTEMPTS)
        throw new ZmxError('EIO', 'the file changes faster than it can be read; try again');
      await this.#options.refresh(node);
    }
  }

  async #readWhole(node: Node): Promise<Uint8Array | undefined> {
    // Not all that might be: it would be asked for in pieces, most of them behind the end.
    const { size } = node.attributes;
    const result = await this.#options.fresh(node, (path) => this.#options.files.read(path, 0, size + 1));
    // Meanwhile the attributes may have become those of what was read in part only.
    if (!sameVersion(result.version, node.attributes) || result.data.length < node.attributes.size)
      return undefined;
    this.keep(node, result.data);
    return result.data;
  }

  async #readBlocks(node: Node, offset: number, length: number): Promise<Uint8Array | undefined> {
    const end = Math.min(offset + length, node.attributes.size);
    if (end <= offset) return new Uint8Array();
    let cached = this.#blocks.get(node);
    if (!cached || !sameVersion(cached.version, node.attributes)) {
      this.#dropBlocks(node);
      cached = { version: node.attributes, blocks: new Map(), next: 0, ahead: 0 };
      this.#blocks.set(node, cached);
    }
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((end - 1) / BLOCK_BYTES);
    // Reading on from where the last read ended doubles what is asked for ahead.
    if (first === cached.next || first === cached.next - 1)
      cached.ahead = Math.min(MAX_BLOCKS_AHEAD, Math.max(1, cached.ahead * 2));
    else cached.ahead = 0;
    cached.next = last + 1;
    const wanted: Promise<Uint8Array>[] = [];
    for (let index = first; index <= last; index++) wanted.push(this.#block(node, cached, index));
    const lastOfFile = Math.floor((node.attributes.size - 1) / BLOCK_BYTES);
    for (let index = last + 1; index <= Math.min(last + cached.ahead, lastOfFile); index++)
      this.#block(node, cached, index).catch(() => {});
    const blocks = await Promise.all(wanted);
    const data = Buffer.allocUnsafe(end - offset);
    for (let i = 0; i < blocks.length; i++) {
      const start = (first + i) * BLOCK_BYTES;
      const from = Math.max(offset, start);
      const to = Math.min(end, start + BLOCK_BYTES);
      if (blocks[i]!.length < to - start) {
        this.#dropBlocks(node);
        return undefined;
      }
      data.set(blocks[i]!.subarray(from - start, to - start), from - offset);
    }
    return data;
  }

  #block(node: Node, cached: Blocks, index: number): Promise<Uint8Array> {
    const known = cached.blocks.get(index);
    if (known) return known;
    const block = this.#options
      .fresh(node, (path) => this.#options.files.read(path, index * BLOCK_BYTES, BLOCK_BYTES))
      .then((result) => (sameVersion(result.version, cached.version) ? result.data : new Uint8Array()));
    block.catch(() => this.#dropBlocks(node));
    if (this.#blocks.get(node) !== cached) return block;
    cached.blocks.set(index, block);
    this.#blockBytes += BLOCK_BYTES;
    while (this.#blockBytes > BLOCK_BUDGET_BYTES) {
      const [oldestNode, oldest] = this.#blocks.entries().next().value!;
      const oldestBlock = oldest.blocks.keys().next().value;
      if (oldestBlock === undefined) this.#blocks.delete(oldestNode);
      else {
        oldest.blocks.delete(oldestBlock);
        this.#blockBytes -= BLOCK_BYTES;
      }
    }
    return block;
  }

  #dropBlocks(node: Node): void {
    const cached = this.#blocks.get(node);
    if (!cached) return;
    this.#blocks.delete(node);
    this.#blockBytes -= cached.blocks.size * BLOCK_BYTES;
  }
}
