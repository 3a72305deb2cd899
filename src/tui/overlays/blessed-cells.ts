import type { Cell, Row } from '../../term/row.ts';
import { Attribute, Colour, plainStyle, type Style, Underline, underlineShift } from '../../term/style.ts';
import { textWidth } from '../../term/width.ts';

/** A cell of blessed's buffer: attributes as flags << 18 | foreground << 9 | background, and the text. */
export type BlessedCell = readonly [attributes: number, text: string];

const DEFAULT_COLOUR = 0x1ff;
/** After a wide character blessed keeps this in the cell that it covers. */
const COVERED = '\x03';
const NO_GLYPH = '\ufffd';

const attributes = [
  Attribute.bold,
  Underline.single << underlineShift,
  Attribute.blink,
  Attribute.inverse,
  Attribute.invisible,
] as const;

/** A row of blessed's buffer in our cells. blessed's widths are of 2014: newer wide characters have no room and no glyph. */
export function rowsOf(line: readonly BlessedCell[]): Row {
  const cells: Cell[] = [];
  for (const [index, [attribute, text]] of line.entries()) {
    const style = styleOf(attribute);
    const wide = line[index + 1]?.[1] === COVERED;
    if (text === COVERED) {
      const covered = cells.at(-1)?.width === 2;
      cells.push({ text: covered ? '' : ' ', width: covered ? 0 : 1, style });
    } else if (wide) cells.push({ text, width: 2, style });
    else cells.push({ text: textWidth(text) === 1 ? text : NO_GLYPH, width: 1, style });
  }
  return { cells, wrapped: false };
}

function styleOf(attribute: number): Style {
  let flags = 0;
  for (const [bit, value] of attributes.entries()) if ((attribute >> 18) & (1 << bit)) flags |= value;
  return { ...plainStyle, fg: colour((attribute >> 9) & 0x1ff), bg: colour(attribute & 0x1ff), flags };
}

function colour(value: number): number {
  if (value === DEFAULT_COLOUR) return Colour.default;
  return (value < 16 ? Colour.palette16 : Colour.palette256) | value;
}

/** Our style in blessed's words: its colours are names, palette numbers or `#rrggbb`, which it takes for the nearest of 256. */
export function blessedStyle(style: Style): Readonly<Record<string, unknown>> {
  const has = (bit: number) => (style.flags & bit) !== 0;
  return {
    fg: blessedColour(style.fg),
    bg: blessedColour(style.bg),
    bold: has(Attribute.bold),
    underline: has(7 << underlineShift),
    blink: has(Attribute.blink),
    inverse: has(Attribute.inverse),
    invisible: has(Attribute.invisible),
  };
}

function blessedColour(value: number): string | number {
  const kind = value & Colour.kindMask;
  if (kind === Colour.default) return 'default';
  const number = value & Colour.valueMask;
  return kind === Colour.rgb ? `#${number.toString(16).padStart(6, '0')}` : number;
}
