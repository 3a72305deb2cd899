import { decodeRow } from '../row-codec.ts';
import { RowWriter } from '../row-writer.ts';
import { feedCells, usedColumns, wrappedColumns } from './cell-reader.ts';
import type { LinkUris } from './cell-style.ts';
import type { RawLine } from './xterm-internals.ts';

/** A line of history as the program wrote it, whatever width it was shown at. */
export interface HistoryLine {
  /** Columns, spaces at the end included. */
  readonly cells: number;
  /** Some character takes two columns, so that not every width cuts it evenly. */
  readonly wide: boolean;
  /** One row of `RowWriter`, `cells` wide. */
  readonly bytes: Uint8Array;
}

/** Takes the lines that leave the live screen. */
export interface HistorySink {
  /** The bytes are lent: they change after the call. */
  append(line: HistoryLine): void;
  /** The program or the user cleared the history. */
  clear(): void;
}

/** A program that never ends its line must not fill the memory: a longer one becomes several lines. */
const MAX_LINE_CELLS = 64 * 1024;

/**
 * Joins rows that leave the live screen to logical lines. The last one stays open
 * here until a row arrives that does not continue it.
 */
export class HistoryJoiner {
  readonly #writer = new RowWriter();
  readonly #uris: LinkUris;
  readonly #sink: HistorySink;
  #cells = 0;
  #wide = false;
  #open = false;

  constructor(uris: LinkUris, sink: HistorySink) {
    this.#uris = uris;
    this.#sink = sink;
  }

  /** @param next the row below, which tells whether the line goes on. */
  leave(row: RawLine, next: RawLine | undefined): void {
    if (this.#open && (!row.isWrapped || this.#cells >= MAX_LINE_CELLS)) this.#close();
    if (!this.#open) {
      this.#writer.beginRow(false);
      this.#cells = 0;
      this.#wide = false;
      this.#open = true;
    }
    const end = next?.isWrapped ? wrappedColumns(row, next) : (row.used ?? usedColumns(row));
    if (feedCells(this.#writer, row, end, this.#uris)) this.#wide = true;
    this.#cells += end;
  }

  /** Ends the open line: what follows does not continue it. */
  flush(): void {
    if (this.#open) this.#close();
  }

  /** Forgets the open line and tells the sink. */
  clear(): void {
    if (this.#open) {
      this.#writer.endRow();
      this.#writer.take();
      this.#open = false;
    }
    this.#sink.clear();
  }

  /** The line that may still go on, or undefined. */
  get open(): HistoryLine | undefined {
    if (!this.#open) return undefined;
    this.#writer.endRow();
    const line = { cells: this.#cells, wide: this.#wide, bytes: this.#writer.take() };
    this.restore(line);
    return line;
  }

  restore(line: HistoryLine | undefined): void {
    this.#open = line !== undefined;
    if (!line) return;
    this.#cells = line.cells;
    this.#wide = line.wide;
    this.#writer.beginRow(false);
    for (const cell of decodeRow(line.bytes, line.cells).cells) {
      if (cell.width !== 0) this.#writer.run([cell.text], [cell.width], cell.style);
    }
  }

  #close(): void {
    this.#open = false;
    this.#writer.endRow();
    this.#sink.append({ cells: this.#cells, wide: this.#wide, bytes: this.#writer.takeView() });
  }
}
