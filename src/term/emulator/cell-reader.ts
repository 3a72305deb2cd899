import type { RowWriter } from '../row-writer.ts';
import { plainStyle } from '../style.ts';
import { cellColour, cellFlags, type LinkUris, underlineColour } from './cell-style.ts';
import { Bg, Cell, Content, type RawExtended, type RawLine } from './xterm-internals.ts';

/** Read for every blank cell of every line that leaves the screen. */
const CONTENT: number = Content.any;
const BACKGROUND: number = Bg.colour;
const ONE_CELL = 1 << Content.widthShift;
const ASCII = { first: ONE_CELL | 0x20, last: ONE_CELL | 0x7e };

/**
 * Feeds columns 0 up to `end` of a row. Halves of wide characters that lost the other
 * half are blank. Returns whether there is any wide character.
 */
export function feedCells(writer: RowWriter, line: RawLine, end: number, uris: LinkUris): boolean {
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
      const ul = extended ? underlineColour(fg, extended) : 0;
      const link = extended?._urlId ? uris(extended._urlId) : '';
      writer.look(cellColour(fg), cellColour(bg), ul, cellFlags(fg, bg, extended), link);
    }
    if (content >= ASCII.first && content <= ASCII.last && !cellExtended) {
      x += writer.ascii(data, at, end - x, ASCII, fg, bg) - 1;
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
  const { length } = line;
  let at = (length - 1) * Cell.size;
  // Four cells at a time: to pass over the blank end is most of what a short line costs.
  while (
    at >= 9 &&
    ((data[at]! | data[at - 3]! | data[at - 6]! | data[at - 9]!) & CONTENT) === 0 &&
    ((data[at + 2]! | data[at - 1]! | data[at - 4]! | data[at - 7]!) & BACKGROUND) === 0
  )
    at -= 12;
  while (at >= 0 && ((data[at]! & CONTENT) | (data[at + Cell.bg]! & BACKGROUND)) === 0) at -= Cell.size;
  if (at < 0) return 0;
  return Math.min(length, at / Cell.size + (data[at]! >> Content.widthShift || 1));
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
