/**
 * How a cell looks, as numbers: rows are compared, coded and diffed by the
 * thousand, so a style is five integers and not an object of words.
 */
export interface Style {
  /** Foreground, background and underline colour, see `Colour`. */
  readonly fg: number;
  readonly bg: number;
  readonly ul: number;
  /** Bits of `Attribute`, and the underline's shape in bits 8 to 10. */
  readonly flags: number;
  /** OSC 8 hyperlink: its URI, or '' for none. */
  readonly link: string;
}

/** A colour is kind << 24 | value; palette 16 and palette 256 stay distinct, since terminals theme only the 16. */
export const Colour = {
  default: 0,
  palette16: 1 << 24,
  palette256: 2 << 24,
  rgb: 3 << 24,
  kindMask: 0xff << 24,
  valueMask: 0xffffff,
} as const;

export const Attribute = {
  bold: 1,
  dim: 2,
  italic: 4,
  blink: 8,
  inverse: 16,
  invisible: 32,
  strike: 64,
  overline: 128,
} as const;

export const underlineShift = 8;
/** Shapes of SGR 4:n, in the style's flags after a shift by `underlineShift`. */
export const Underline = { none: 0, single: 1, double: 2, curly: 3, dotted: 4, dashed: 5 } as const;

export const plainStyle: Style = { fg: 0, bg: 0, ul: 0, flags: 0, link: '' };
