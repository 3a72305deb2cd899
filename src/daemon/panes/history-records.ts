import { crc32 } from 'node:zlib';
import { ByteReader, type ByteWriter } from '../../term/emulator/byte-stream.ts';
import type { HistoryLine } from '../../term/emulator/history-line.ts';
import { encodeRow } from '../../term/row-codec.ts';
import { Attribute, plainStyle } from '../../term/style.ts';

/*
 * Why each line has its number and a sum: with lengths alone, one flipped bit makes garbage
 * of all that follows, and nobody can tell. One sum for a block of lines would be smaller,
 * but then a flipped bit would cost the block.
 */

/** Where each line of a segment begins, LOST for one that is not there, and its cells << 1 | wide. */
export interface LineIndex {
  readonly offsets: number[];
  readonly cells: number[];
}

/** Reads the lines of a segment. */
export interface LineReader {
  /** Finds all `count` lines. */
  index(content: Buffer, count: number): LineIndex;
  /** The line at this offset; undefined where it is damaged. */
  line(content: Buffer, at: number): HistoryLine | undefined;
}

export const LOST = -1;

/** What is shown in place of a line that cannot be read any more. */
export const lostLine: HistoryLine = statement('[damaged line]');

const U32_BYTES = 4;

/**
 * u32 number of the line in its segment | varint (cells << 1 | wide) | varint length | one
 * row of `RowWriter` | u32 CRC-32 of all that; big-endian.
 */
export class CheckedLines implements LineReader {
  readonly #seed: number;

  /** @param place names the segment: it begins each sum, so that a line of another one does not pass. */
  constructor(place: string) {
    this.#seed = crc32(place);
  }

  append(into: ByteWriter, number: number, { cells, wide, bytes }: HistoryLine): void {
    const at = into.length;
    into.u32(number);
    into.varint(pack(cells, wide));
    into.varint(bytes.length);
    into.bytes(bytes);
    into.u32(crc32(into.view(at), this.#seed));
  }

  /** After a damaged line, goes on at the next place where a later line passes. */
  index(content: Buffer, count: number): LineIndex {
    const index: LineIndex = { offsets: [], cells: [] };
    for (let at = 0; at + U32_BYTES <= content.length; ) {
      const number = content.readUInt32BE(at);
      const possible = number >= index.offsets.length && number < count;
      const found = possible ? this.#lineAt(content, at) : undefined;
      if (found) {
        fillUp(index, number);
        add(index, at, found.line);
      }
      at = found?.end ?? at + 1;
    }
    return fillUp(index, count);
  }

  line(content: Buffer, at: number): HistoryLine | undefined {
    return this.#lineAt(content, at)?.line;
  }

  #lineAt(content: Buffer, at: number): FoundLine | undefined {
    const found = uncheckedLineAt(content, at + U32_BYTES);
    if (!found || found.end + U32_BYTES > content.length) return undefined;
    const sum = crc32(content.subarray(at, found.end), this.#seed);
    if (sum !== content.readUInt32BE(found.end)) return undefined;
    return { line: found.line, end: found.end + U32_BYTES };
  }
}

/** What release 0.1.0 wrote, one after another: varint (cells << 1 | wide) | varint length | row. */
export const uncheckedLines: LineReader = {
  index: (content, count) => {
    const index: LineIndex = { offsets: [], cells: [] };
    for (let at = 0; index.offsets.length < count; ) {
      const found = uncheckedLineAt(content, at);
      if (!found) break;
      add(index, at, found.line);
      at = found.end;
    }
    return fillUp(index, count);
  },
  line: (content, at) => uncheckedLineAt(content, at)?.line,
};

interface FoundLine {
  readonly line: HistoryLine;
  /** One past its last byte in the file. */
  readonly end: number;
}

function uncheckedLineAt(content: Buffer, at: number): FoundLine | undefined {
  const reader = new ByteReader(content.subarray(at));
  try {
    const packed = reader.varint();
    const bytes = reader.bytes(reader.varint());
    return { line: { cells: packed >>> 1, wide: (packed & 1) !== 0, bytes }, end: at + reader.at };
  } catch {
    return undefined; // the bytes end before the line does
  }
}

export function pack(cells: number, wide: boolean): number {
  return (cells << 1) | (wide ? 1 : 0);
}

function add({ offsets, cells }: LineIndex, at: number, line: HistoryLine): void {
  offsets.push(at);
  cells.push(pack(line.cells, line.wide));
}

/** Up to `count`, what was not found is lost. */
function fillUp(index: LineIndex, count: number): LineIndex {
  while (index.offsets.length < count) add(index, LOST, lostLine);
  return index;
}

function statement(text: string): HistoryLine {
  const style = { ...plainStyle, flags: Attribute.dim | Attribute.inverse };
  const cells = [...text].map((character) => ({ text: character, width: 1 as const, style }));
  return { cells: cells.length, wide: false, bytes: encodeRow({ cells, wrapped: false }) };
}
