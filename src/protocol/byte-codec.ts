import { ZmxError } from './errors.ts';

/*
 * 64-bit fields go through a DataView: Buffer's own functions put a bigint together from two others, which takes four
 * times as long, and a portal begins with tens of thousands of them.
 */

const viewOf = (buffer: Buffer): DataView =>
  new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** Writes fields one after another, least significant byte first, into a buffer that grows. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(4096);
  #view = viewOf(this.#buffer);
  #length = 0;

  u8(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  u16(value: number): void {
    this.#length = this.#room(2).writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
  }

  u64(value: bigint): void {
    this.#room(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  i64(value: bigint): void {
    this.#room(8);
    this.#view.setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  latin1(value: string): void {
    this.u16(value.length);
    this.#length += this.#room(value.length).write(value, this.#length, 'latin1');
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + bytes));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
      this.#view = viewOf(larger);
    }
    return this.#buffer;
  }
}

/** Reads what ByteWriter wrote. @throws ZmxError `invalid` past the end. */
export class ByteReader {
  readonly #buffer: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(this.#buffer);
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#skip(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#skip(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#skip(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#skip(8), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#skip(8), true);
  }

  latin1(length = this.u16()): string {
    const at = this.#skip(length);
    return this.#buffer.toString('latin1', at, at + length);
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#skip(length);
    return this.#buffer.subarray(at, at + length);
  }

  #skip(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#buffer.length) throw new ZmxError('invalid', 'the payload is cut short');
    this.#at += bytes;
    return at;
  }
}
