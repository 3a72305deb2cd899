import { Attribute, Colour, type Style, Underline, underlineShift } from '../style.ts';
import { Bg, Extended, Fg, type RawExtended } from './xterm-internals.ts';

/** The URI of a link's number. */
export type LinkUris = (id: number) => string;

/** The emulator's packed attributes as a `Style`. @param extended of the cell, where `bg` says that it has some. */
export function cellStyle(fg: number, bg: number, extended: RawExtended | undefined, uris: LinkUris): Style {
  const rich = bg & Bg.extended ? extended : undefined;
  return {
    fg: cellColour(fg),
    bg: cellColour(bg),
    ul: rich ? underlineColour(fg, rich) : Colour.default,
    flags: cellFlags(fg, bg, rich),
    link: rich?._urlId ? uris(rich._urlId) : '',
  };
}

/** Kinds are packed alike on both sides; a palette colour may keep bits of an earlier RGB one. */
export function cellColour(word: number): number {
  const kind = word & Colour.kindMask & CELL_COLOUR;
  if (kind === Colour.rgb) return word & CELL_COLOUR;
  return kind === Colour.default ? Colour.default : kind | (word & 0xff);
}

/** SGR 59 leaves all bits set, which is default and not white. */
export function underlineColour(fg: number, { _ext }: RawExtended): number {
  if (!(fg & Fg.underline) || (_ext & Extended.colour) === Extended.colour) return Colour.default;
  return cellColour(_ext);
}

export function cellFlags(fg: number, bg: number, extended: RawExtended | undefined): number {
  const shape = extended ? (extended._ext >>> Extended.shapeShift) & Extended.shapeMask : 0;
  const underline = fg & Fg.underline ? shape || Underline.single : Underline.none;
  return (
    (fg & Fg.bold ? Attribute.bold : 0) |
    (bg & Bg.dim ? Attribute.dim : 0) |
    (bg & Bg.italic ? Attribute.italic : 0) |
    (fg & Fg.blink ? Attribute.blink : 0) |
    (fg & Fg.inverse ? Attribute.inverse : 0) |
    (fg & Fg.invisible ? Attribute.invisible : 0) |
    (fg & Fg.strike ? Attribute.strike : 0) |
    (bg & Bg.overline ? Attribute.overline : 0) |
    (underline << underlineShift)
  );
}

/** Of the emulator's words, the bits of kind and value. */
const CELL_COLOUR = 0x3ffffff;
