import type { RowWriter } from '../row-writer.ts';
import { plainStyle } from '../style.ts';
import type { StyleCache } from './cell-style.ts';
import { Bg, Cell, Content, type RawExtended, type RawLine } from './xterm-internals.ts';

const ONE_CELL = 1 << Content.widthShift;
const FIRST_ASCII = ONE_CELL | 0x20;
const LAST_ASCII = ONE_CELL | 0x7e;

/**
 * Feeds columns 0 up to `end` of a row. Halves of wide characters that lost the other
 * half are blank. Returns whether there is any wide character.
 */
export function feedCells(writer: RowWriter, line: RawLine, end: number, styles: StyleCache): boolean {
  const data = line._data;
  let anyWide = false;
  let fg = 0;
  let bg = 0;
  let extended: RawExtended | undefined;
  writer.style(plainStyle);
  for (let x = 0; x < end; x++) {
    const at = x * Cell.size;
    const content = data[at] as number;
    const cellFg = data[at + Cell.fg] as number;
    const cellBg = data[at + Cell.bg] as number;
    const cellExtended = cellBg & Bg.extended ? line._extendedAttrs[x] : undefined;
    if (cellFg !== fg || cellBg !== bg || cellExtended !== extended) {
      fg = cellFg;
      bg = cellBg;
      extended = cellExtended;
      writer.style(styles.style(fg, bg, extended));
    }
    if (content >= FIRST_ASCII && content <= LAST_ASCII) {
      let run = x + 1;
      for (let next = at + Cell.size; run < end; run++, next += Cell.size) {
        const code = data[next] as number;
        if (code < FIRST_ASCII || code > LAST_ASCII) break;
        if (data[next + Cell.fg] !== fg || data[next + Cell.bg] !== bg) break;
        if (extended && line._extendedAttrs[run] !== extended) break;
      }
      writer.ascii(data, at, run - x, Cell.size);
      x = run - 1;
      continue;
    }
    const wide = content >> Content.widthShift === 2;
    if (wide && (x + 1 >= end || (data[at + Cell.size] as number) >> Content.widthShift !== 0)) {
      writer.blank(1);
      continue;
    }
    if (content & Content.combined) writer.cluster(line._combined[x] ?? ' ', wide ? 2 : 1);
    else writer.codePoint(content & Content.codePoint, wide ? 2 : 1);
    if (wide) {
      x++;
      anyWide = true;
    }
  }
  return anyWide;
}

/** Columns up to the last that was written to, be it with a space, or that has a background. */
export function usedColumns(line: RawLine): number {
  const data = line._data;
  for (let x = line.length - 1; x >= 0; x--) {
    const at = x * Cell.size;
    const content = data[at] as number;
    if (content & Content.any || (data[at + Cell.bg] as number) & Bg.colour)
      return Math.min(line.length, x + (content >> Content.widthShift || 1));
  }
  return 0;
}

/** Columns of a row that the next row continues: all, but for the gap that a wide character leaves. */
export function wrappedColumns(line: RawLine, next: RawLine): number {
  const last = line._data[(line.length - 1) * Cell.size] as number;
  const gap =
    !(last & Content.any) &&
    last >> Content.widthShift === 1 &&
    (next._data[0] as number) >> Content.widthShift === 2;
  return gap ? line.length - 1 : line.length;
}
