import { type Part, type Parts, readParts } from './format-parts.ts';
import type { Grid } from './grid.ts';
import { plainStyle, type Style } from './style.ts';

/**
 * Draws text with tmux's `#[…]` notation into one row, as tmux lays out its status
 * line: left, centre, right and absolute centre, and one list (the windows) that is
 * scrolled so that its focus stays in sight.
 */

/** A part of the row that the mouse can name, see `#[range=…]` in tmux(1). */
export interface MouseRange {
  readonly x: number;
  /** First column after it. */
  readonly end: number;
  readonly range: string;
}

/** Draws `format` at x, y over `cols` columns; cells that no part covers stay as they are. */
export function drawFormat(
  grid: Grid,
  x: number,
  y: number,
  cols: number,
  format: string,
  base: Style = plainStyle,
): MouseRange[] {
  const parts = readParts(format, base);
  if (parts.fill !== undefined) grid.fill(x, y, cols, { ...plainStyle, bg: parts.fill });
  const ranges: MouseRange[] = [];
  layOut(parts, cols, (part, offset, start, width) => {
    putPart(grid, x + offset, y, part, start, width, ranges);
  });
  return ranges;
}

/** Columns of a format's text, its `#[…]` aside. */
export function formatWidth(format: string): number {
  const { part } = readParts(format, plainStyle);
  return Object.values(part).reduce((sum, { width }) => sum + width, 0);
}

type Put = (part: Part, offset: number, start: number, width: number) => void;

/** Takes columns away from the parts in the order given until the sum fits. */
function trim(widths: number[], available: number): number[] {
  let over = widths.reduce((sum, width) => sum + width, 0) - available;
  return widths.map((width) => {
    const taken = Math.max(0, Math.min(width, over));
    over -= taken;
    return width - taken;
  });
}

function layOut(parts: Parts, available: number, put: Put): void {
  const { part, listAlign } = parts;
  switch (part.list.width === 0 ? undefined : listAlign) {
    case 'left':
      layOutLeft(parts, available, put);
      break;
    case 'centre':
      layOutCentre(parts, available, put);
      break;
    case 'right':
      layOutRight(parts, available, put);
      break;
    case 'absolute-centre':
      layOutAbsolute(parts, available, put);
      break;
    default: {
      const host = listAlign === 'centre' || listAlign === 'right' ? listAlign : 'left';
      for (const glyph of part.after.glyphs) part[host].add(glyph);
      layOutPlain(parts, available, put);
    }
  }
}

function layOutPlain({ part }: Parts, available: number, put: Put): void {
  const { left, centre, right } = part;
  const [c, r, l] = trim([centre.width, right.width, left.width], available) as [number, number, number];
  put(left, 0, 0, l);
  put(right, available - r, right.width - r, r);
  putMiddle(centre, l, available - r, c, put);
  putAbsolute(part['absolute-centre'], available, put);
}

function layOutLeft(parts: Parts, available: number, put: Put): void {
  const { left, centre, right, list, after } = parts.part;
  const [c, m, r, a, l] = trim(
    [centre.width, list.width, right.width, after.width, left.width],
    available,
  ) as [number, number, number, number, number];
  if (m === 0) {
    layOutWithoutList(parts, available, put, left, after, a);
    return;
  }
  put(left, 0, 0, l);
  put(right, available - r, right.width - r, r);
  put(after, l + m, 0, a);
  putMiddle(centre, l + m + a, available - r, c, put);
  putList(parts, l, m, 0, put);
  putAbsolute(parts.part['absolute-centre'], available, put);
}

function layOutCentre(parts: Parts, available: number, put: Put): void {
  const { left, centre, right, list, after } = parts.part;
  const [m, a, c, r, l] = trim(
    [list.width, after.width, centre.width, right.width, left.width],
    available,
  ) as [number, number, number, number, number];
  if (m === 0) {
    layOutWithoutList(parts, available, put, centre, after, a);
    return;
  }
  const middle = l + Math.trunc((available - r - l) / 2);
  const begin = middle - (m >> 1);
  put(left, 0, 0, l);
  put(right, available - r, right.width - r, r);
  put(centre, begin - c, 0, c);
  put(after, begin + m, 0, a);
  putList(parts, begin, m, list.width >> 1, put);
  putAbsolute(parts.part['absolute-centre'], available, put);
}

function layOutRight(parts: Parts, available: number, put: Put): void {
  const { left, centre, right, list, after } = parts.part;
  const [c, m, r, a, l] = trim(
    [centre.width, list.width, right.width, after.width, left.width],
    available,
  ) as [number, number, number, number, number];
  if (m === 0) {
    layOutWithoutList(parts, available, put, right, after, a);
    return;
  }
  put(left, 0, 0, l);
  put(after, available - a, after.width - a, a);
  put(right, available - r - m - a, 0, r);
  putMiddle(centre, l, available - r - m - a, c, put);
  putList(parts, available - m - a, m, 0, put);
  putAbsolute(parts.part['absolute-centre'], available, put);
}

function layOutAbsolute(parts: Parts, available: number, put: Put): void {
  const { left, centre, right, list, after } = parts.part;
  const absolute = parts.part['absolute-centre'];
  const [c, r, l] = trim([centre.width, right.width, left.width], available) as [number, number, number];
  // The list lies over the rest, so it is trimmed by itself.
  const [m, a, b] = trim([list.width, after.width, absolute.width], available) as [number, number, number];
  put(left, 0, 0, l);
  put(right, available - r, right.width - r, r);
  put(centre, l + Math.trunc((available - r - l) / 2) - c, 0, c);
  const begin = Math.trunc((available - m - b) / 2);
  put(absolute, begin, 0, b);
  putList(parts, begin + b, m, list.width >> 1, put);
  put(after, begin + b + m, 0, a);
}

function layOutWithoutList(
  parts: Parts,
  available: number,
  put: Put,
  host: Part,
  after: Part,
  width: number,
): void {
  let taken = 0;
  for (const glyph of after.glyphs) {
    if (taken + glyph.width > width) break;
    host.add(glyph);
    taken += glyph.width;
  }
  layOutPlain(parts, available, put);
}

function putMiddle(centre: Part, from: number, to: number, width: number, put: Put): void {
  put(centre, from + Math.trunc((to - from) / 2) - (width >> 1), (centre.width >> 1) - (width >> 1), width);
}

function putAbsolute(part: Part, available: number, put: Put): void {
  const width = Math.min(part.width, available);
  put(part, Math.trunc((available - width) / 2), 0, width);
}

/** The list in `width` columns at `offset`: whole, or its part around the focus between markers. */
function putList(parts: Parts, offset: number, width: number, unfocused: number, put: Put): void {
  const { list } = parts.part;
  const leftMarker = parts.part['left-marker'];
  const rightMarker = parts.part['right-marker'];
  if (width >= list.width) {
    put(list, offset, 0, width);
    return;
  }
  const focused = parts.focusStart >= 0 && parts.focusEnd >= 0;
  const centre = focused ? parts.focusStart + Math.trunc((parts.focusEnd - parts.focusStart) / 2) : unfocused;
  let start = centre < width >> 1 ? 0 : centre - (width >> 1);
  if (start + width > list.width) start = list.width - width;
  let at = offset;
  let room = width;
  if (start !== 0 && room > leftMarker.width) {
    put(leftMarker, at, 0, leftMarker.width);
    at += leftMarker.width;
    start += leftMarker.width;
    room -= leftMarker.width;
  }
  if (start + room < list.width && room > rightMarker.width) {
    put(rightMarker, at + room - rightMarker.width, 0, rightMarker.width);
    room -= rightMarker.width;
  }
  put(list, at, start, room);
}

/** Columns `start` to `start + width` of a part; a wide character that the edge cuts becomes a blank. */
function putPart(
  grid: Grid,
  x: number,
  y: number,
  part: Part,
  start: number,
  width: number,
  ranges: MouseRange[],
): void {
  let column = 0;
  for (const glyph of part.glyphs) {
    const at = column - start;
    column += glyph.width;
    if (at + glyph.width <= 0 || at >= width) continue;
    if (at < 0) grid.put(x, y, ' ', 1, glyph.style);
    else if (at + glyph.width > width) grid.put(x + at, y, ' ', 1, glyph.style);
    else grid.put(x + at, y, glyph.text, glyph.width, glyph.style);
    if (glyph.range === '') continue;
    const end = x + Math.min(width, at + glyph.width);
    const last = ranges.at(-1);
    if (last?.range === glyph.range && last.end === x + Math.max(0, at))
      ranges[ranges.length - 1] = { ...last, end };
    else ranges.push({ x: x + Math.max(0, at), end, range: glyph.range });
  }
}
