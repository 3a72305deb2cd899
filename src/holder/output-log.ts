/**
 * The newest part of a byte stream, numbered by offset from the child's start on.
 * A list of blocks, not a ring: what has been handed to a socket must stay as it is
 * until it is written, so blocks are appended to and dropped, never written over.
 */
export class OutputLog {
  readonly #blocks: Block[] = [];
  #from = 0;
  #end = 0;

  /** Offset of the oldest byte kept. */
  get from(): number {
    return this.#from;
  }

  /** One past the offset of the newest byte. */
  get end(): number {
    return this.#end;
  }

  get keptBytes(): number {
    return this.#end - this.#from;
  }

  /** Copies `bytes` to the end. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const last = this.#blocks.at(-1);
      const block = last && last.used < last.bytes.length ? last : this.#grow(last);
      const piece = bytes.subarray(done, done + block.bytes.length - block.used);
      block.bytes.set(piece, block.used);
      block.used += piece.length;
      done += piece.length;
      this.#end += piece.length;
    }
  }

  /** A view of the bytes from `offset` on, up to `limit` or to where a block ends; empty only at the limit. */
  read(offset: number, limit: number): Uint8Array {
    const stop = Math.min(limit, this.#end);
    if (offset < this.#from || offset >= stop) return new Uint8Array(0);
    const block = this.#blocks[this.#find(offset)]!;
    return block.bytes.subarray(offset - block.start, Math.min(stop - block.start, block.used));
  }

  /** Drops what is before `offset`. */
  free(offset: number): void {
    this.#from = Math.max(this.#from, Math.min(offset, this.#end));
    let covered = 0;
    for (const block of this.#blocks) {
      if (block.start + block.bytes.length > this.#from) break;
      covered++;
    }
    this.#blocks.splice(0, covered);
  }

  #grow(last: Block | undefined): Block {
    const size = Math.min(last ? last.bytes.length * 2 : MIN_BLOCK_BYTES, MAX_BLOCK_BYTES);
    const block = { start: this.#end, bytes: Buffer.allocUnsafeSlow(size), used: 0 };
    this.#blocks.push(block);
    return block;
  }

  /** Index of the block that holds `offset`; blocks follow each other without gaps. */
  #find(offset: number): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blocks[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface Block {
  readonly start: number;
  readonly bytes: Buffer;
  used: number;
}

/** An idle shell's prompt fits the first block; a flood soon gets large ones, which also bound a frame. */
const MIN_BLOCK_BYTES = 4 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024;
