import { KIND_BITS, StyleField, Token } from './row-tokens.ts';
import type { Style } from './style.ts';

const encoder = new TextEncoder();

/** Words of cells that hold printable ASCII. */
export interface AsciiRange {
  readonly first: number;
  readonly last: number;
}

/** Cells of which the token takes two bytes. */
const MAX_SHORT_RUN = (1 << (14 - KIND_BITS)) - 1;

/** Collects encoded rows one after another in a buffer that it keeps between uses. */
export class RowWriter {
  #bytes = new Uint8Array(4 * 1024);
  #length = 0;
  #rowStart = 0;
  /** The present style as numbers: a screen of truecolor would make an object for each cell. */
  #fg = 0;
  #bg = 0;
  #ul = 0;
  #flags = 0;
  #link = '';
  /** The style is not what the tokens are at; it is written when a cell needs it, so that trailing blanks cost none. */
  #unwritten = false;
  /** Code points of the run that is being collected, and its kind. */
  #run = new Uint32Array(256);
  #runLength = 0;
  #runKind: number = Token.ascii;
  #blanks = 0;

  beginRow(wrapped: boolean): void {
    this.#rowStart = this.#length;
    this.#fg = 0;
    this.#bg = 0;
    this.#ul = 0;
    this.#flags = 0;
    this.#link = '';
    this.#unwritten = false;
    this.#runLength = 0;
    this.#blanks = 0;
    this.#reserve(1);
    this.#bytes[this.#length++] = wrapped ? 1 : 0;
  }

  /** Style of the cells that follow. */
  style({ fg, bg, ul, flags, link }: Style): void {
    this.look(fg, bg, ul, flags, link);
  }

  /** The same, field by field. */
  look(fg: number, bg: number, ul: number, flags: number, link: string): void {
    if (fg === this.#fg && bg === this.#bg && ul === this.#ul && flags === this.#flags && link === this.#link)
      return;
    this.#flush();
    this.#fg = fg;
    this.#bg = bg;
    this.#ul = ul;
    this.#flags = flags;
    this.#link = link;
    this.#unwritten = true;
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

  /**
   * The common case in bulk: cells of three words (character, fg, bg) from `words[from]` on, as
   * long as the character is between `first` and `last`, of which the low byte is ASCII, and fg
   * and bg are these. Returns how many cells that were, at most `limit`.
   */
  ascii(words: Uint32Array, from: number, limit: number, range: AsciiRange, fg: number, bg: number): number {
    this.#flush();
    this.#writeStyle();
    const most = Math.min(limit, MAX_SHORT_RUN);
    this.#reserve(most + 2);
    const bytes = this.#bytes;
    const start = this.#length + 2;
    const { first, last } = range;
    let at = from;
    let to = start;
    for (const end = start + most; to < end; at += 3) {
      const word = words[at] as number;
      if (word < first || word > last || words[at + 1] !== fg || words[at + 2] !== bg) break;
      bytes[to++] = word;
    }
    const count = to - start;
    // Two bytes whatever the number: it is only known now.
    const token = (count << KIND_BITS) | Token.ascii;
    bytes[start - 2] = (token & 0x7f) | 0x80;
    bytes[start - 1] = token >> 7;
    this.#length = to;
    return count;
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
    const plain = !(this.#fg || this.#bg || this.#ul || this.#flags || this.#link);
    if (plain) this.#blanks = 0;
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
    if (!this.#unwritten) return;
    this.#unwritten = false;
    const fields =
      (this.#fg ? StyleField.fg : 0) |
      (this.#bg ? StyleField.bg : 0) |
      (this.#ul ? StyleField.ul : 0) |
      (this.#flags ? StyleField.flags : 0) |
      (this.#link ? StyleField.link : 0);
    this.#token(Token.style, fields);
    if (this.#fg) this.#varint(this.#fg);
    if (this.#bg) this.#varint(this.#bg);
    if (this.#ul) this.#varint(this.#ul);
    if (this.#flags) this.#varint(this.#flags);
    if (this.#link) {
      const link = encoder.encode(this.#link);
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
