import { RowWriter } from '../row-writer.ts';
import { feedCells } from './cell-reader.ts';
import type { LinkUris } from './cell-style.ts';
import { Bg, Cell, Content, type RawLine } from './xterm-internals.ts';

/** What a viewer has, so that the next frame can build on it. */
export interface FrameBase {
  readonly version: number;
  readonly scrolled: number;
}

/** Rows that changed since a base; `base` is 0 where all rows follow. */
export interface RowChanges {
  readonly base: number;
  readonly scroll: number;
  readonly changed: number[];
  readonly lengths: number[];
  readonly payload: Uint8Array;
}

interface ShadowRow {
  /** Copy of the emulator's cells when the row was encoded. */
  cells: Uint32Array;
  wrapped: boolean;
  /** Some cells have text or attributes beside their words: equal words are not enough. */
  rich: boolean;
  encoded: Uint8Array;
  /** The version in which the row came to look like this. */
  stamp: number;
}

const NO_BYTES = new Uint8Array(0);

/**
 * A screen as it was last looked at: each row encoded, and stamped with the version
 * that changed it, so that a viewer at any base gets exactly the rows changed since.
 * Rows are compared by content; what the emulator says about dirty rows or the
 * cursor is no proof that a row is unchanged.
 */
export class ScreenRows {
  #version = 0;
  #cols = 0;
  /** Rows that the whole screen has moved up since the start. */
  #scrolled = 0;
  /** The version since which all rows have been in their present size. */
  #sized = 0;
  #rows: ShadowRow[] = [];
  readonly #writer = new RowWriter();
  readonly #uris: LinkUris;

  constructor(uris: LinkUris) {
    this.#uris = uris;
  }

  get base(): FrameBase {
    return { version: this.#version, scrolled: this.#scrolled };
  }

  /** Opens a new version of `rows` rows that have moved up by `scroll` since the last. */
  begin(cols: number, rows: number, scroll: number): void {
    this.#version++;
    if (cols !== this.#cols || rows !== this.#rows.length) {
      this.#cols = cols;
      this.#sized = this.#version;
      this.#rows = Array.from({ length: rows }, () => this.#emptyRow());
    } else if (scroll > 0) {
      this.#scrolled += scroll;
      const gone = Math.min(scroll, rows);
      this.#rows.splice(0, gone);
      while (this.#rows.length < rows) this.#rows.push(this.#emptyRow());
    }
  }

  /** Takes the emulator's row as row `y`. Returns whether it looks different. */
  setLine(y: number, line: RawLine): boolean {
    const shadow = this.#rows[y] as ShadowRow;
    const same =
      shadow.wrapped === line.isWrapped && !shadow.rich && equalWords(shadow.cells, line._data, this.#cols);
    if (same) return false;
    this.#writer.beginRow(line.isWrapped);
    feedCells(this.#writer, line, Math.min(this.#cols, line.length), this.#uris);
    this.#writer.endRow();
    const words = this.#cols * Cell.size;
    if (shadow.cells.length !== words) shadow.cells = new Uint32Array(words);
    shadow.cells.set(line._data.subarray(0, words));
    shadow.wrapped = line.isWrapped;
    shadow.rich = isRich(shadow.cells);
    return this.#setEncoded(shadow, this.#writer.take());
  }

  /** Takes bytes of `RowWriter` as row `y`. Returns whether it looks different. */
  setEncoded(y: number, encoded: Uint8Array): boolean {
    const shadow = this.#rows[y] as ShadowRow;
    shadow.cells = new Uint32Array(0);
    return this.#setEncoded(shadow, encoded);
  }

  /** What a viewer that has `base` lacks; without one, everything. */
  changesSince(base: FrameBase | undefined): RowChanges {
    const known = base && base.version >= this.#sized ? base : undefined;
    const moved = known ? this.#scrolled - known.scrolled : 0;
    const changed: number[] = [];
    const lengths: number[] = [];
    let total = 0;
    for (const [y, row] of this.#rows.entries()) {
      if (known && row.stamp <= known.version) continue;
      changed.push(y);
      lengths.push(row.encoded.length);
      total += row.encoded.length;
    }
    const payload = new Uint8Array(total);
    let at = 0;
    for (const y of changed) {
      const { encoded } = this.#rows[y] as ShadowRow;
      payload.set(encoded, at);
      at += encoded.length;
    }
    // Where the whole screen went by, there is nothing to move.
    const scroll = moved < this.#rows.length ? moved : 0;
    return { base: known?.version ?? 0, scroll, changed, lengths, payload };
  }

  #setEncoded(shadow: ShadowRow, encoded: Uint8Array): boolean {
    if (equalBytes(shadow.encoded, encoded)) return false;
    shadow.encoded = encoded;
    shadow.stamp = this.#version;
    return true;
  }

  #emptyRow(): ShadowRow {
    return {
      cells: new Uint32Array(0),
      wrapped: false,
      rich: false,
      encoded: NO_BYTES,
      stamp: this.#version,
    };
  }
}

function equalWords(shadow: Uint32Array, cells: Uint32Array, cols: number): boolean {
  const words = cols * Cell.size;
  if (shadow.length !== words || cells.length < words) return false;
  for (let i = 0; i < words; i++) if (shadow[i] !== cells[i]) return false;
  return true;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isRich(cells: Uint32Array): boolean {
  for (let at = 0; at < cells.length; at += Cell.size) {
    if ((cells[at] as number) & Content.combined || (cells[at + Cell.bg] as number) & Bg.extended)
      return true;
  }
  return false;
}
