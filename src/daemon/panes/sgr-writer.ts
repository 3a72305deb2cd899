import { Attribute, Colour, plainStyle, type Style, Underline, underlineShift } from '../../term/style.ts';

const ATTRIBUTES: readonly (readonly [holds: (flags: number) => boolean, code: string])[] = [
  [(flags) => (flags & Attribute.bold) !== 0, '1'],
  [(flags) => (flags & Attribute.dim) !== 0, '2'],
  [(flags) => (flags & Attribute.italic) !== 0, '3'],
  [(flags) => flags >> underlineShift === Underline.single, '4'],
  [(flags) => (flags & Attribute.blink) !== 0, '5'],
  [(flags) => (flags & Attribute.inverse) !== 0, '7'],
  [(flags) => (flags & Attribute.invisible) !== 0, '8'],
  [(flags) => (flags & Attribute.strike) !== 0, '9'],
  [(flags) => flags >> underlineShift === Underline.double, '4:2'],
  [(flags) => flags >> underlineShift === Underline.curly, '4:3'],
  [(flags) => flags >> underlineShift === Underline.dotted, '4:4'],
  [(flags) => flags >> underlineShift === Underline.dashed, '4:5'],
  [(flags) => (flags & Attribute.overline) !== 0, '53'],
];

/**
 * Attributes as capture-pane -e writes them: only what changes from cell to cell,
 * each colour in a sequence of its own. Scripts compare this with tmux's text, so it
 * is not the compositor's writer, which looks for the shortest.
 */
export class SgrWriter {
  #last: Style = plainStyle;

  change(style: Style): string {
    const last = this.#last;
    if (style === last) return '';
    this.#last = style;
    const removed = ATTRIBUTES.some(([holds]) => holds(last.flags) && !holds(style.flags));
    const reset = removed || (last.ul !== Colour.default && style.ul === Colour.default);
    const codes = ATTRIBUTES.filter(([holds]) => holds(style.flags) && (reset || !holds(last.flags)));
    const attributes = [...(reset ? ['0'] : []), ...codes.map(([, code]) => code)];
    return (
      (attributes.length > 0 ? `\x1b[${attributes.join(';')}m` : '') +
      colourChange(last.fg, style.fg, 38, reset) +
      colourChange(last.bg, style.bg, 48, reset) +
      colourChange(last.ul, style.ul, 58, reset)
    );
  }
}

/** After a reset every colour is written again, the default ones too. */
function colourChange(last: number, colour: number, base: number, reset: boolean): string {
  if (last === colour && !reset) return '';
  if (colour !== Colour.default) return `\x1b[${parameters(colour, base)}m`;
  return base === 58 ? '' : `\x1b[${base + 1}m`;
}

function parameters(colour: number, base: number): string {
  const value = colour & Colour.valueMask;
  const kind = colour & Colour.kindMask;
  if (kind === Colour.rgb) return `${base};2;${value >> 16};${(value >> 8) & 0xff};${value & 0xff}`;
  if (kind === Colour.palette256 || base === 58) return `${base};5;${value}`;
  return String(value < 8 ? base - 8 + value : base + 52 + value - 8);
}
