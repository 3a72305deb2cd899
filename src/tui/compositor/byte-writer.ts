/** Bytes before the buffer first grows: a dense 120x40 frame in true colour takes about 160 KB. */
const FIRST_SIZE = 16 * 1024;
/** A kept buffer larger than this is given back after use. */
const KEPT_SIZE = 1024 * 1024;

/**
 * Collects the bytes of a terminal update. Not string concatenation: a frame is
 * tens of thousands of tiny pieces, and the terminal wants bytes in the end.
 */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** Text whose every character is ASCII. */
  ascii(text: string): void {
    this.#room(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.#length = at;
  }

  /** A non-negative integer in decimal. */
  decimal(value: number): void {
    if (value >= 1000) {
      this.ascii(String(value));
      return;
    }
    if (value >= 100) this.byte(48 + Math.trunc(value / 100));
    if (value >= 10) this.byte(48 + (Math.trunc(value / 10) % 10));
    this.byte(48 + (value % 10));
  }

  /** A code point in UTF-8. */
  codePoint(code: number): void {
    if (code < 0x80) {
      this.byte(code);
      return;
    }
    this.#room(4);
    if (code < 0x800) this.byte(0xc0 | (code >> 6));
    else {
      if (code < 0x10000) this.byte(0xe0 | (code >> 12));
      else {
        this.byte(0xf0 | (code >> 18));
        this.byte(0x80 | ((code >> 12) & 63));
      }
      this.byte(0x80 | ((code >> 6) & 63));
    }
    this.byte(0x80 | (code & 63));
  }

  text(text: string): void {
    for (const character of text) this.codePoint(character.codePointAt(0)!);
  }

  /** A copy of what was written; the writer starts anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT_SIZE) this.#bytes = new Uint8Array(FIRST_SIZE);
    return taken;
  }

  #room(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
