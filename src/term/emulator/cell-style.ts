import { Attribute, Colour, plainStyle, type Style, Underline, underlineShift } from '../style.ts';
import { Bg, Extended, Fg, type RawExtended } from './xterm-internals.ts';

/** Two of the emulator's words hold 28 bits of colour and attribute each; a screen repeats few pairs. */
const MAX_CACHED_STYLES = 4096;

/**
 * Turns the emulator's packed attributes into `Style`s. Equal cells get the very
 * same object, so that a run of cells is found by identity.
 */
export class StyleCache {
  readonly #simple = new Map<number, Map<number, Style>>();
  #count = 0;
  readonly #link: (id: number) => string;

  /** @param link the URI of a link's number. */
  constructor(link: (id: number) => string) {
    this.#link = link;
  }

  /** @param extended of the cell, where `bg` says that it has some. */
  style(fg: number, bg: number, extended: RawExtended | undefined): Style {
    if (bg & Bg.extended && extended) return this.#extendedStyle(fg, bg, extended);
    const plainBg = bg & ~Bg.protected;
    if (fg === 0 && plainBg === 0) return plainStyle;
    let byBg = this.#simple.get(fg);
    const cached = byBg?.get(plainBg);
    if (cached) return cached;
    if (++this.#count > MAX_CACHED_STYLES) {
      this.#simple.clear();
      this.#count = 0;
      byBg = undefined;
    }
    if (!byBg) {
      byBg = new Map();
      this.#simple.set(fg, byBg);
    }
    const underline = fg & Fg.underline ? Underline.single : Underline.none;
    const style: Style = {
      fg: colour(fg),
      bg: colour(bg),
      ul: 0,
      flags: attributes(fg, bg) | (underline << underlineShift),
      link: '',
    };
    byBg.set(plainBg, style);
    return style;
  }

  #extendedStyle(fg: number, bg: number, extended: RawExtended): Style {
    const shape = (extended._ext >>> Extended.shapeShift) & Extended.shapeMask;
    const underlined = (fg & Fg.underline) !== 0;
    return {
      fg: colour(fg),
      bg: colour(bg),
      ul: underlined ? underlineColour(extended._ext) : 0,
      flags: attributes(fg, bg) | ((underlined ? shape || Underline.single : 0) << underlineShift),
      link: extended._urlId ? this.#link(extended._urlId) : '',
    };
  }
}

/** Kinds are packed alike on both sides; a palette colour may keep bits of an earlier RGB one. */
function colour(word: number): number {
  const kind = word & 0x3000000;
  if (kind === Colour.rgb) return word & 0x3ffffff;
  return kind === Colour.default ? Colour.default : kind | (word & 0xff);
}

/** SGR 59 leaves all bits set, which is default and not white. */
function underlineColour(ext: number): number {
  return (ext & Extended.colour) === Extended.colour ? Colour.default : colour(ext);
}

function attributes(fg: number, bg: number): number {
  return (
    (fg & Fg.bold ? Attribute.bold : 0) |
    (bg & Bg.dim ? Attribute.dim : 0) |
    (bg & Bg.italic ? Attribute.italic : 0) |
    (fg & Fg.blink ? Attribute.blink : 0) |
    (fg & Fg.inverse ? Attribute.inverse : 0) |
    (fg & Fg.invisible ? Attribute.invisible : 0) |
    (fg & Fg.strike ? Attribute.strike : 0) |
    (bg & Bg.overline ? Attribute.overline : 0)
  );
}
