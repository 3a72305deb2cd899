import { type RowVisitor, readRow } from './row-reader.ts';

/**
 * The text of a row as its cells have it, spaces for blanks included: for whoever looks
 * through many rows and needs the cells of few.
 */
export function rowText(bytes: Uint8Array, cells: number): string {
  const text = new CollectedText();
  readRow(bytes, text);
  return text.finish(cells);
}

class CollectedText implements RowVisitor {
  #text = '';
  #cells = 0;

  finish(cells: number): string {
    this.blank(Math.max(0, cells - this.#cells));
    return this.#text;
  }

  style(): void {}

  ascii(bytes: Uint8Array, from: number, to: number): void {
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    this.#cells += to - from;
  }

  character(code: number, width: 1 | 2): void {
    this.#text += String.fromCodePoint(code);
    this.#cells += width;
  }

  cluster(text: string, width: 1 | 2): void {
    this.#text += text;
    this.#cells += width;
  }

  blank(count: number): void {
    this.#text += ' '.repeat(count);
    this.#cells += count;
  }
}
