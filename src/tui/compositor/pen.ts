import { Attribute, Colour, Underline, underlineShift } from '../../term/style.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Capabilities } from './capabilities.ts';
import { colourMapper } from './palette.ts';

const UNDERLINE_MASK = 7 << underlineShift;

/** SGR codes that set and clear each attribute (ECMA-48 8.3.117); 22 clears bold and dim alike. */
const ATTRIBUTE_CODES: readonly (readonly [bit: number, on: number, off: number])[] = [
  [Attribute.bold, 1, 22],
  [Attribute.dim, 2, 22],
  [Attribute.italic, 3, 23],
  [Attribute.blink, 5, 25],
  [Attribute.inverse, 7, 27],
  [Attribute.invisible, 8, 28],
  [Attribute.strike, 9, 29],
  [Attribute.overline, 53, 55],
];

/**
 * The state of the terminal's graphic rendition and of its OSC 8 link: it knows
 * what the terminal has, and writes only what changes.
 */
export class Pen {
  readonly #out: ByteWriter;
  readonly #colour: (colour: number) => number;
  readonly #attributeMask: number;
  readonly #shapes: boolean;
  readonly #links: boolean;
  #fg = 0;
  #bg = 0;
  #ul = 0;
  #flags = 0;
  #link = '';
  #first = true;

  constructor(out: ByteWriter, capabilities: Capabilities) {
    this.#out = out;
    this.#colour = colourMapper(capabilities.colours);
    this.#shapes = capabilities.underlines;
    this.#links = capabilities.links;
    this.#attributeMask =
      Attribute.bold |
      Attribute.blink |
      Attribute.inverse |
      Attribute.invisible |
      (capabilities.dim ? Attribute.dim : 0) |
      (capabilities.italic ? Attribute.italic : 0) |
      (capabilities.strike ? Attribute.strike : 0) |
      (capabilities.overline ? Attribute.overline : 0);
  }

  /** The terminal's state is unknown: writes the reset of everything. */
  reset(): void {
    this.#out.ascii('\x1b[m');
    if (this.#links) this.#out.ascii('\x1b]8;;\x1b\\');
    this.#fg = this.#bg = this.#ul = this.#flags = 0;
    this.#link = '';
  }

  /** `flags` as in `Style`; higher bits are ignored. */
  set(fg: number, bg: number, ul: number, flags: number, link: string): void {
    const newFg = this.#colour(fg);
    const newBg = this.#colour(bg);
    const underline = this.#underline(flags);
    const newUl = this.#shapes && underline !== 0 ? this.#colour(ul) : 0;
    const newFlags = (flags & this.#attributeMask) | (underline << underlineShift);
    if (newFg !== this.#fg || newBg !== this.#bg || newUl !== this.#ul || newFlags !== this.#flags)
      this.#render(newFg, newBg, newUl, newFlags);
    if (link !== this.#link && this.#links) this.#setLink(link);
  }

  /** Whether unlinked text of this style needs no sequence. */
  is(fg: number, bg: number, ul: number, flags: number): boolean {
    const underline = this.#underline(flags);
    return (
      this.#link === '' &&
      this.#colour(fg) === this.#fg &&
      this.#colour(bg) === this.#bg &&
      (this.#shapes && underline !== 0 ? this.#colour(ul) : 0) === this.#ul &&
      ((flags & this.#attributeMask) | (underline << underlineShift)) === this.#flags
    );
  }

  #underline(flags: number): number {
    const shape = (flags & UNDERLINE_MASK) >> underlineShift;
    return this.#shapes || shape === Underline.none ? shape : Underline.single;
  }

  #render(fg: number, bg: number, ul: number, flags: number): void {
    this.#out.ascii('\x1b[');
    this.#first = true;
    if (fg === 0 && bg === 0 && ul === 0 && flags === 0) {
      this.#out.byte(0x6d);
      this.#remember(fg, bg, ul, flags);
      return;
    }
    const lost = this.#flags & ~flags & ~UNDERLINE_MASK;
    // One reset is shorter than two attributes' ends, and always right.
    if (lost !== 0 && (lost & (lost - 1)) !== 0) {
      this.#code(0);
      this.#remember(0, 0, 0, 0);
    }
    this.#attributes(flags);
    if (((flags ^ this.#flags) & UNDERLINE_MASK) !== 0) this.#underlineCode(flags);
    if (fg !== this.#fg) this.#colourCode(fg, 30);
    if (bg !== this.#bg) this.#colourCode(bg, 40);
    if (ul !== this.#ul) this.#underlineColour(ul);
    this.#out.byte(0x6d);
    this.#remember(fg, bg, ul, flags);
  }

  #remember(fg: number, bg: number, ul: number, flags: number): void {
    this.#fg = fg;
    this.#bg = bg;
    this.#ul = ul;
    this.#flags = flags;
  }

  #attributes(flags: number): void {
    let had = this.#flags;
    if ((had ^ flags) & ~UNDERLINE_MASK) {
      for (const [bit, , off] of ATTRIBUTE_CODES) {
        if (!(had & ~flags & bit)) continue;
        this.#code(off);
        had &= off === 22 ? ~(Attribute.bold | Attribute.dim) : ~bit;
      }
      for (const [bit, on] of ATTRIBUTE_CODES) if (flags & ~had & bit) this.#code(on);
    }
  }

  #underlineCode(flags: number): void {
    const shape = (flags & UNDERLINE_MASK) >> underlineShift;
    if (shape === Underline.none) this.#code(24);
    else {
      this.#code(4);
      // Not SGR 21 for the double one: some terminals take it as the end of bold.
      if (shape !== Underline.single) {
        this.#out.byte(0x3a);
        this.#out.decimal(shape);
      }
    }
  }

  #colourCode(colour: number, base: 30 | 40): void {
    const value = colour & Colour.valueMask;
    switch (colour & Colour.kindMask) {
      case Colour.default:
        this.#code(base + 9);
        break;
      case Colour.palette16:
        this.#code(value < 8 ? base + value : base + 52 + value);
        break;
      case Colour.palette256:
        this.#code(base + 8);
        this.#out.ascii(';5;');
        this.#out.decimal(value);
        break;
      default:
        this.#code(base + 8);
        this.#out.ascii(';2;');
        this.#triple(value, 0x3b);
    }
  }

  #underlineColour(colour: number): void {
    const value = colour & Colour.valueMask;
    const kind = colour & Colour.kindMask;
    if (kind === Colour.default) {
      this.#code(59);
      return;
    }
    this.#code(58);
    // With colons, so that a terminal without SGR 58 does not take the rest as attributes.
    if (kind === Colour.rgb) {
      this.#out.ascii(':2::');
      this.#triple(value, 0x3a);
    } else {
      this.#out.ascii(':5:');
      this.#out.decimal(value);
    }
  }

  #triple(rgb: number, separator: number): void {
    this.#out.decimal(rgb >> 16);
    this.#out.byte(separator);
    this.#out.decimal((rgb >> 8) & 255);
    this.#out.byte(separator);
    this.#out.decimal(rgb & 255);
  }

  #code(code: number): void {
    if (this.#first) this.#first = false;
    else this.#out.byte(0x3b);
    this.#out.decimal(code);
  }

  #setLink(link: string): void {
    this.#out.ascii('\x1b]8;;');
    this.#out.ascii(printable(link));
    this.#out.ascii('\x1b\\');
    this.#link = link;
  }
}

/** A link with everything but printable ASCII percent-encoded (RFC 3986), so that none can end its sequence. */
function printable(link: string): string {
  return link.replace(/[^\x21-\x7e]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
