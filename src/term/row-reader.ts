import { KIND_BITS, StyleField, Token } from './row-tokens.ts';
import type { Style } from './style.ts';

const decoder = new TextDecoder();

/** Thrown for bytes that are no row. */
export class RowFormatError extends Error {}

/** Is told the cells of a row from left to right. Control characters come as U+FFFD: cells are printed raw. */
export interface RowVisitor {
  /** Of the cells that follow; a row begins plain. */
  style(style: Style): void;
  /** Printable ASCII, one byte a cell. */
  ascii(bytes: Uint8Array, from: number, to: number): void;
  character(code: number, width: 1 | 2): void;
  /** A grapheme of several code points. */
  cluster(text: string, width: 1 | 2): void;
  blank(count: number): void;
}

/**
 * Reads a row without making anything of it; see row-tokens.ts. Returns whether it
 * continues the row above.
 * @throws RowFormatError for bytes that are no row.
 */
export function readRow(bytes: Uint8Array, visitor: RowVisitor): boolean {
  return new RowReader(bytes, visitor).read();
}

class RowReader {
  readonly #bytes: Uint8Array;
  readonly #visitor: RowVisitor;
  #at = 0;

  constructor(bytes: Uint8Array, visitor: RowVisitor) {
    this.#bytes = bytes;
    this.#visitor = visitor;
  }

  read(): boolean {
    const wrapped = (this.#byte() & 1) !== 0;
    while (this.#at < this.#bytes.length) this.#token();
    return wrapped;
  }

  #token(): void {
    const token = this.#varint();
    const n = token >>> KIND_BITS;
    switch (token & ((1 << KIND_BITS) - 1)) {
      case Token.style:
        this.#visitor.style(this.#style(n));
        return;
      case Token.ascii:
        this.#ascii(n);
        return;
      case Token.narrow:
        for (let i = 0; i < n; i++) this.#visitor.character(printable(this.#codePoint()), 1);
        return;
      case Token.wide:
        for (let i = 0; i < n; i++) this.#visitor.character(printable(this.#codePoint()), 2);
        return;
      case Token.narrowCluster:
        this.#visitor.cluster(this.#text(n), 1);
        return;
      case Token.wideCluster:
        this.#visitor.cluster(this.#text(n), 2);
        return;
      case Token.blank:
        this.#visitor.blank(n);
        return;
      default:
        throw new RowFormatError('row has a token of unknown kind');
    }
  }

  #ascii(length: number): void {
    const bytes = this.#bytes;
    const end = this.#at + length;
    if (end > bytes.length) throw new RowFormatError('row ends inside a token');
    let from = this.#at;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x20 && byte < 0x7f) continue;
      this.#visitor.ascii(bytes, from, at);
      this.#visitor.character(REPLACEMENT, 1);
      from = at + 1;
    }
    this.#visitor.ascii(bytes, from, end);
    this.#at = end;
  }

  #style(fields: number): Style {
    return {
      fg: fields & StyleField.fg ? this.#varint() : 0,
      bg: fields & StyleField.bg ? this.#varint() : 0,
      ul: fields & StyleField.ul ? this.#varint() : 0,
      flags: fields & StyleField.flags ? this.#varint() : 0,
      link: fields & StyleField.link ? this.#text(this.#varint()) : '',
    };
  }

  #text(length: number): string {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RowFormatError('row ends inside a text');
    const text = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
  }

  #codePoint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let code = first & (0x3f >> more);
    for (let i = 0; i < more; i++) code = (code << 6) | (this.#byte() & 0x3f);
    return code;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RowFormatError('row has a number that is too long');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RowFormatError('row ends inside a token');
    return byte;
  }
}

const REPLACEMENT = 0xfffd;

function printable(code: number): number {
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return control || code > 0x10ffff ? REPLACEMENT : code;
}
