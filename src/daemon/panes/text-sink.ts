import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { ZmxError } from '../../protocol/errors.ts';
import { OUTPUT_IN_MEMORY_BYTES, type TextFile } from './pane-engine.ts';

/** While the disk takes nothing, so much is kept in memory; a longer text fails. Bytes. */
const UNWRITTEN_LIMIT_BYTES = 4 * 1024 * 1024;

export interface TextLimits {
  /** Where it goes when it is long. */
  readonly file?: TextFile | undefined;
  /** Bytes that it may have, without a file. */
  readonly most?: number | undefined;
}

/** Where a text of unknown length goes: memory while it is short, a file from then on. */
export class TextSink {
  readonly #file: TextFile | undefined;
  readonly #most: number;
  #parts: Buffer[] = [];
  #size = 0;
  #spillAt = OUTPUT_IN_MEMORY_BYTES;
  #fd: number | undefined;

  constructor({ file, most = Number.POSITIVE_INFINITY }: TextLimits = {}) {
    this.#file = file;
    this.#most = most;
  }

  /** The bytes may change after the call. @throws ZmxError E2BIG; a system error, e.g. ENOSPC. */
  write(bytes: Uint8Array): void {
    if (this.#fd !== undefined) {
      this.#append(this.#fd, bytes);
      return;
    }
    this.#parts.push(Buffer.from(bytes));
    this.#size += bytes.length;
    if (this.#file) {
      if (this.#size > this.#spillAt) this.#spill(this.#file);
    } else if (this.#size > this.#most)
      throw new ZmxError(
        'E2BIG',
        `the text has more than the ${this.#most / 1024 / 1024} MiB that fit here: capture a part of it (-S, -E), or print it from a command line (-p)`,
      );
  }

  /** The text, or the length of the file that it ends. */
  end(): string | number {
    if (this.#fd !== undefined) return (this.#file?.at ?? 0) + this.#size;
    return Buffer.concat(this.#parts).toString();
  }

  dispose(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #spill({ path, at, before }: TextFile): void {
    const parts = [Buffer.from(before), ...this.#parts];
    let fd: number | undefined;
    try {
      fd = openSync(path, at === 0 ? 'w' : 'r+', 0o600);
      ftruncateSync(fd, at);
      this.#size = 0;
      for (const part of parts) this.#append(fd, part);
      this.#fd = fd;
      this.#parts = [];
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      this.#size = this.#parts.reduce((sum, { length }) => sum + length, 0);
      this.#spillAt = this.#size * 2;
      if (this.#size <= UNWRITTEN_LIMIT_BYTES) return;
      const { code = 'EIO', message } = error as NodeJS.ErrnoException;
      throw new ZmxError(
        code,
        `a text of this length is kept on the disk, which does not take it: ${message}`,
      );
    }
  }

  #append(fd: number, bytes: Uint8Array): void {
    const start = (this.#file?.at ?? 0) + this.#size;
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, bytes.length - done, start + done);
    this.#size += bytes.length;
  }
}
