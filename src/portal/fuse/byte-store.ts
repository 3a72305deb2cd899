import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 64 * 1024;
/** Unwritten data of one file that stays in memory; more goes to a spool file. */
const MEMORY_BYTES = 8 * 1024 * 1024;

let spooled = 0;

/**
 * Bytes at their places in a file, in memory as blocks while they are few and
 * in a sparse, already unlinked spool file when they are many. What was never written
 * reads as zeroes.
 */
export class ByteStore {
  readonly #folder: string;
  readonly #blocks = new Map<number, Buffer>();
  #file: number | undefined;

  constructor(spoolFolder: string) {
    this.#folder = spoolFolder;
  }

  /** @throws the spool file's errno (ENOSPC) */
  write(offset: number, data: Uint8Array): void {
    if (this.#file === undefined && (this.#blocks.size + 1) * BLOCK_BYTES + data.length > MEMORY_BYTES)
      this.#spill();
    if (this.#file !== undefined) {
      for (let done = 0; done < data.length; )
        done += writeSync(this.#file, data, done, data.length - done, offset + done);
      return;
    }
    for (let done = 0; done < data.length; ) {
      const index = Math.floor((offset + done) / BLOCK_BYTES);
      const from = offset + done - index * BLOCK_BYTES;
      const length = Math.min(BLOCK_BYTES - from, data.length - done);
      let block = this.#blocks.get(index);
      if (!block) {
        block = Buffer.alloc(BLOCK_BYTES);
        this.#blocks.set(index, block);
      }
      block.set(data.subarray(done, done + length), from);
      done += length;
    }
  }

  read(start: number, end: number): Buffer {
    const data = Buffer.alloc(end - start);
    if (this.#file !== undefined) {
      for (let done = 0; done < data.length; ) {
        const got = readSync(this.#file, data, done, data.length - done, start + done);
        if (got === 0) break;
        done += got;
      }
      return data;
    }
    for (let at = start; at < end; ) {
      const index = Math.floor(at / BLOCK_BYTES);
      const next = Math.min(end, (index + 1) * BLOCK_BYTES);
      const from = at - index * BLOCK_BYTES;
      this.#blocks.get(index)?.copy(data, at - start, from, from + next - at);
      at = next;
    }
    return data;
  }

  dispose(): void {
    this.#blocks.clear();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #spill(): void {
    const path = join(this.#folder, `spool-${process.pid}-${++spooled}`);
    this.#file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    ftruncateSync(this.#file, 0);
    for (const [index, block] of this.#blocks)
      writeSync(this.#file, block, 0, block.length, index * BLOCK_BYTES);
    this.#blocks.clear();
  }
}
