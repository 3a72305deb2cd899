import type { Cell, Row } from './row.ts';
import { RowFormatError, type RowVisitor, readRow } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import { plainStyle, type Style } from './style.ts';

export { RowFormatError, RowWriter };

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

const asciiTexts: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/**
 * Reads a row of exactly `cols` cells: what lies beyond is dropped, what is
 * missing is blank. Control characters come out as U+FFFD: cells are printed raw.
 * @throws RowFormatError for bytes that are no row.
 */
export function decodeRow(bytes: Uint8Array, cols: number): Row {
  const collected = new CollectedCells(cols);
  const wrapped = readRow(bytes, collected);
  return { cells: collected.finish(), wrapped };
}

class CollectedCells implements RowVisitor {
  readonly #cols: number;
  readonly #cells: Cell[] = [];
  #style: Style = plainStyle;

  constructor(cols: number) {
    this.#cols = cols;
  }

  finish(): readonly Cell[] {
    this.#style = plainStyle;
    this.blank(this.#cols - this.#cells.length);
    return this.#cells;
  }

  style(style: Style): void {
    this.#style = style;
  }

  ascii(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) this.cluster(asciiTexts[bytes[at] as number] as string, 1);
  }

  character(code: number, width: 1 | 2): void {
    this.cluster(String.fromCodePoint(code), width);
  }

  cluster(text: string, width: 1 | 2): void {
    const cells = this.#cells;
    if (cells.length + width > this.#cols) {
      this.blank(1);
      return;
    }
    cells.push({ text, width, style: this.#style });
    if (width === 2) cells.push({ text: '', width: 0, style: this.#style });
  }

  blank(count: number): void {
    const cell: Cell = { text: ' ', width: 1, style: this.#style };
    const end = Math.min(this.#cells.length + count, this.#cols);
    while (this.#cells.length < end) this.#cells.push(cell);
  }
}
