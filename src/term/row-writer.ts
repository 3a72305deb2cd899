import { KIND_BITS, StyleField, Token } from './row-tokens.ts';
import { plainStyle, type Style, sameStyle } from './style.ts';

const encoder = new TextEncoder();

/** Collects encoded rows one after another in a buffer that it keeps between uses. */
export class RowWriter {
  #bytes = new Uint8Array(16 * 1024);
  #length = 0;
  #rowStart = 0;
  #style: Style = plainStyle;
  /** Style that the encoded tokens are at; follows #style lazily, so that trailing blanks cost no style. */
  #written: Style = plainStyle;
  /** Code points of the run that is being collected, and its kind. */
  #run = new Uint32Array(1024);
  #runLength = 0;
  #runKind: number = Token.ascii;
  #blanks = 0;

  beginRow(wrapped: boolean): void {
    this.#rowStart = this.#length;
    this.#style = plainStyle;
    this.#written = plainStyle;
    this.#runLength = 0;
    this.#blanks = 0;
    this.#reserve(1);
    this.#bytes[this.#length++] = wrapped ? 1 : 0;
  }

  /** Style of the cells that follow. */
  style(style: Style): void {
    if (style === this.#style || sameStyle(style, this.#style)) return;
    this.#flush();
    this.#style = style;
  }

  /** A cell of one code point; 0 or a space for an empty one. The right half of a wide cell is not fed. */
  codePoint(code: number, width: 1 | 2): void {
    if (code === 0 || code === 0x20) {
      if (width === 1) this.blank(1);
      else this.blank(2);
      return;
    }
    if (this.#blanks > 0) this.#flushBlanks();
    const kind = width === 2 ? Token.wide : code < 0x80 ? Token.ascii : Token.narrow;
    if (kind !== this.#runKind) {
      this.#flushRun();
      this.#runKind = kind;
    } else if (this.#runLength === this.#run.length) this.#flushRun();
    this.#run[this.#runLength++] = code;
  }

  /** A run of printable ASCII, spaces included: the low bytes of every `stride`th word. The common case, in bulk. */
  ascii(words: Uint32Array, from: number, count: number, stride: number): void {
    this.#flush();
    this.#writeStyle();
    this.#token(Token.ascii, count);
    this.#reserve(count);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let i = 0, at = from; i < count; i++, at += stride) bytes[start + i] = words[at] as number;
    this.#length = start + count;
  }

  /** A cell that holds a whole grapheme of several code points. */
  cluster(text: string, width: 1 | 2): void {
    this.#flush();
    this.#writeStyle();
    const bytes = encoder.encode(text);
    this.#token(width === 2 ? Token.wideCluster : Token.narrowCluster, bytes.length);
    this.#append(bytes);
  }

  blank(count: number): void {
    if (this.#runLength > 0) this.#flushRun();
    this.#blanks += count;
  }

  /** A whole run of cells in one style; `widths` holds 1 or 2 for each of `graphemes`. */
  run(graphemes: readonly string[], widths: readonly (1 | 2)[], style: Style): void {
    this.style(style);
    graphemes.forEach((text, i) => {
      const code = text.codePointAt(0) ?? 0;
      const width = widths[i] ?? 1;
      if (text.length <= (code > 0xffff ? 2 : 1)) this.codePoint(code, width);
      else this.cluster(text, width);
    });
  }

  /** Ends the row; returns its length in bytes. */
  endRow(): number {
    // Blanks at the end are what the reader assumes anyway, if they are plain.
    if (this.#style === plainStyle || sameStyle(this.#style, plainStyle)) this.#blanks = 0;
    this.#flush();
    return this.#length - this.#rowStart;
  }

  /** All rows since the last `take`, copied out; the writer is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** What `take` would return, as a view that holds until the next call; the writer is empty afterwards. */
  takeView(): Uint8Array {
    const view = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return view;
  }

  #flush(): void {
    if (this.#runLength > 0) this.#flushRun();
    if (this.#blanks > 0) this.#flushBlanks();
  }

  #flushBlanks(): void {
    this.#writeStyle();
    this.#token(Token.blank, this.#blanks);
    this.#blanks = 0;
  }

  #flushRun(): void {
    const count = this.#runLength;
    if (count === 0) return;
    this.#writeStyle();
    this.#token(this.#runKind, count);
    this.#runLength = 0;
    this.#reserve(count * 4);
    const run = this.#run;
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i++) {
      const code = run[i] as number;
      if (code < 0x80) bytes[at++] = code;
      else if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else if (code < 0x10000) {
        bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else {
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      }
    }
    this.#length = at;
  }

  #writeStyle(): void {
    const style = this.#style;
    if (style === this.#written) return;
    this.#written = style;
    const fields =
      (style.fg ? StyleField.fg : 0) |
      (style.bg ? StyleField.bg : 0) |
      (style.ul ? StyleField.ul : 0) |
      (style.flags ? StyleField.flags : 0) |
      (style.link ? StyleField.link : 0);
    this.#token(Token.style, fields);
    if (style.fg) this.#varint(style.fg);
    if (style.bg) this.#varint(style.bg);
    if (style.ul) this.#varint(style.ul);
    if (style.flags) this.#varint(style.flags);
    if (style.link) {
      const link = encoder.encode(style.link);
      this.#varint(link.length);
      this.#append(link);
    }
  }

  #token(kind: number, n: number): void {
    this.#varint((n << KIND_BITS) | kind);
  }

  #varint(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
