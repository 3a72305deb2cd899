import type { Cell, Row } from './row.ts';
import { KIND_BITS, StyleField, Token } from './row-tokens.ts';
import { RowWriter } from './row-writer.ts';
import { plainStyle, type Style } from './style.ts';

export { RowWriter };

const decoder = new TextDecoder();

/** Encodes one row of cells; the emulator feeds a `RowWriter` directly instead. */
export function encodeRow(row: Row): Uint8Array {
  const writer = new RowWriter();
  writer.beginRow(row.wrapped);
  for (const cell of row.cells) {
    if (cell.width !== 0) writer.run([cell.text], [cell.width], cell.style);
  }
  writer.endRow();
  return writer.take();
}

/** Thrown for bytes that are no row. */
export class RowFormatError extends Error {}

const asciiTexts: readonly string[] = Array.from({ length: 128 }, (_, code) => printable(code));

/**
 * Reads a row of exactly `cols` cells: what lies beyond is dropped, what is
 * missing is blank. Control characters come out as U+FFFD: cells are printed raw.
 * @throws RowFormatError for bytes that are no row.
 */
export function decodeRow(bytes: Uint8Array, cols: number): Row {
  const reader = new RowReader(bytes, cols);
  return reader.read();
}

class RowReader {
  readonly #bytes: Uint8Array;
  readonly #cols: number;
  readonly #cells: Cell[] = [];
  #at = 0;
  #style: Style = plainStyle;

  constructor(bytes: Uint8Array, cols: number) {
    this.#bytes = bytes;
    this.#cols = cols;
  }

  read(): Row {
    const wrapped = (this.#byte() & 1) !== 0;
    while (this.#at < this.#bytes.length) this.#token();
    this.#style = plainStyle;
    this.#blank(this.#cols - this.#cells.length);
    return { cells: this.#cells, wrapped };
  }

  #token(): void {
    const token = this.#varint();
    const n = token >>> KIND_BITS;
    switch (token & ((1 << KIND_BITS) - 1)) {
      case Token.style:
        this.#readStyle(n);
        return;
      case Token.ascii:
        for (let i = 0; i < n; i++) this.#put(asciiTexts[this.#byte() & 0x7f] as string, 1);
        return;
      case Token.narrow:
        for (let i = 0; i < n; i++) this.#put(printable(this.#codePoint()), 1);
        return;
      case Token.wide:
        for (let i = 0; i < n; i++) this.#put(printable(this.#codePoint()), 2);
        return;
      case Token.narrowCluster:
        this.#put(this.#text(n), 1);
        return;
      case Token.wideCluster:
        this.#put(this.#text(n), 2);
        return;
      case Token.blank:
        this.#blank(n);
        return;
      default:
        throw new RowFormatError('row has a token of unknown kind');
    }
  }

  #put(text: string, width: 1 | 2): void {
    const cells = this.#cells;
    if (cells.length + width > this.#cols) {
      this.#blank(1);
      return;
    }
    cells.push({ text, width, style: this.#style });
    if (width === 2) cells.push({ text: '', width: 0, style: this.#style });
  }

  #blank(count: number): void {
    const cell: Cell = { text: ' ', width: 1, style: this.#style };
    const end = Math.min(this.#cells.length + count, this.#cols);
    while (this.#cells.length < end) this.#cells.push(cell);
  }

  #readStyle(fields: number): void {
    this.#style = {
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

function printable(code: number): string {
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return control || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}
