import { closeSync, fsync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { FRAME_HEAD_BYTES, newSalt, type Salt, saltOf, writeHead } from './framing.ts';
import { type SegmentFileName, segmentPath } from './log-folder.ts';
import { encodeStart, FrameType, OUTPUT_HEAD_BYTES, writeOutputHead } from './record-codec.ts';
import type { StartRecord } from './records.ts';
import type { SegmentEnd } from './segment-reader.ts';

/** Written at a time: a system call for each record would cost more than the record. */
const BUFFER_BYTES = 128 * 1024;
/** Of output in one record: what a damaged one costs. */
const RECORD_BYTES = 32 * 1024;
/** Output that follows within this time is the same moment to whoever watches, ms. */
const MOMENT_MS = 10;

/** What a segment begins with. */
export type SegmentStart = Omit<StartRecord, 'kind' | 'time' | 'state'> & {
  readonly state: readonly Uint8Array[];
};

/** Appends records to one file, through a buffer. Every method that writes @throws a system error, e.g. ENOSPC. */
export class SegmentWriter {
  readonly number: number;
  readonly #fd: number;
  readonly #salt: Salt;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  #written: number;
  #next: number;
  /** The output record at the end of the buffer that may still grow. */
  #open: { at: number; time: number; offset: number; span: number } | undefined;
  #unsynced = false;
  #syncing = false;
  #closed = false;

  private constructor(fd: number, number: number, salt: Salt, written: number, next: number) {
    this.#fd = fd;
    this.number = number;
    this.#salt = salt;
    this.#written = written;
    this.#next = next;
  }

  /** A new file with its start on disk; where that cannot be, there is no file. */
  static create(folder: string, number: number, time: number, start: SegmentStart): SegmentWriter {
    const name = newSalt();
    const path = segmentPath(folder, number, name, false);
    const writer = new SegmentWriter(openSync(path, 'wx', 0o600), number, saltOf(name), 0, 0);
    try {
      writer.append(FrameType.start, time, [encodeStart(start)]);
      writer.append(FrameType.state, time, start.state);
      writer.flush();
      return writer;
    } catch (error) {
      writer.close();
      rmSync(path, { force: true });
      throw error;
    }
  }

  /** Goes on behind the last good record of a file; what follows there is cut off. */
  static reopen({ path, number, salt }: SegmentFileName, { place, next }: SegmentEnd): SegmentWriter {
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, place);
    return new SegmentWriter(fd, number, saltOf(salt), place, next);
  }

  /** Bytes in the file and in the buffer. */
  get bytes(): number {
    return this.#written + this.#used;
  }

  /** Something is only in memory. */
  get unwritten(): boolean {
    return this.#used > 0;
  }

  append(type: number, time: number, payload: readonly Uint8Array[]): void {
    this.#seal();
    const length = payload.reduce((sum, part) => sum + part.length, 0);
    const whole = FRAME_HEAD_BYTES + length;
    if (this.#used + whole > BUFFER_BYTES) this.flush();
    const frame = { number: this.#next++, time, type, length };
    if (this.#used + whole <= BUFFER_BYTES) {
      let at = this.#used + FRAME_HEAD_BYTES;
      for (const part of payload) {
        this.#buffer.set(part, at);
        at += part.length;
      }
      writeHead(this.#buffer, this.#used, this.#salt, frame);
      this.#used = at;
      return;
    }
    writeHead(this.#buffer, this.#used, this.#salt, frame, payload);
    this.#used += FRAME_HEAD_BYTES;
    this.#write([this.#buffer.subarray(0, this.#used), ...payload]);
  }

  /** @param span bytes of the program's output from `offset` on that these stand for. */
  output(time: number, offset: number, span: number, bytes: Uint8Array): void {
    const open = this.#open;
    if (open && time - open.time < MOMENT_MS && open.offset + open.span === offset) {
      const room = Math.min(BUFFER_BYTES, open.at + FRAME_HEAD_BYTES + RECORD_BYTES) - this.#used;
      if (bytes.length <= room) {
        this.#buffer.set(bytes, this.#used);
        this.#used += bytes.length;
        open.span += span;
        return;
      }
    }
    this.#seal();
    for (let done = 0; done < bytes.length || done === 0; done += RECORD_BYTES) {
      this.#seal();
      const part = bytes.subarray(done, done + RECORD_BYTES);
      const last = done + RECORD_BYTES >= bytes.length;
      // Where bytes were replaced only the whole has a span; the pieces before the last stand for as many as they are.
      const before = Math.min(span, done);
      const partSpan = last ? span - before : Math.min(span - before, part.length);
      if (this.#used + FRAME_HEAD_BYTES + OUTPUT_HEAD_BYTES + part.length > BUFFER_BYTES) this.flush();
      this.#open = { at: this.#used, time, offset: offset + before, span: partSpan };
      this.#buffer.set(part, this.#used + FRAME_HEAD_BYTES + OUTPUT_HEAD_BYTES);
      this.#used += FRAME_HEAD_BYTES + OUTPUT_HEAD_BYTES + part.length;
    }
  }

  /** Gives everything to the system: it survives the death of this process. */
  flush(): void {
    this.#seal();
    if (this.#used > 0) this.#write([this.#buffer.subarray(0, this.#used)]);
  }

  /** Flushes, and makes it survive a power cut in a while; `failed` hears when the disk refuses. */
  sync(failed: (error: Error) => void): void {
    this.flush();
    if (!this.#unsynced || this.#syncing || this.#closed) return;
    this.#unsynced = false;
    this.#syncing = true;
    fsync(this.#fd, (error) => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#fd);
      else if (error) failed(error);
    });
  }

  /** Closes the file as it is on disk. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#fd);
  }

  /** Gives the open record its head. */
  #seal(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const payload = open.at + FRAME_HEAD_BYTES;
    writeOutputHead(this.#buffer, payload, open.offset, open.span);
    const frame = {
      number: this.#next++,
      time: open.time,
      type: FrameType.output,
      length: this.#used - payload,
    };
    // The head's CRC covers what stands behind it up to the length.
    writeHead(this.#buffer, open.at, this.#salt, frame);
  }

  /** All or nothing: half of a record at the end would be a torn tail until the next start. */
  #write(parts: readonly Uint8Array[]): void {
    let at = this.#written;
    this.#used = 0;
    try {
      for (const part of parts)
        for (let done = 0; done < part.length; ) {
          const count = writeSync(this.#fd, part, done, part.length - done, at);
          done += count;
          at += count;
        }
    } catch (error) {
      ftruncateSync(this.#fd, this.#written);
      throw error;
    }
    this.#written = at;
    this.#unsynced = true;
  }
}
