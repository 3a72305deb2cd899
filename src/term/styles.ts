import { parseColour } from './colours.ts';
import { Attribute, Colour, plainStyle, type Style, Underline, underlineShift } from './style.ts';

/**
 * tmux's style notation (tmux(1), STYLES): `fg=red,bg=#112233,bold,align=right`.
 * A notation changes a style that is there already, so that options, `#[…]` in
 * formats and defaults all are the same operation.
 */

export type Align = 'default' | 'left' | 'centre' | 'right' | 'absolute-centre';
export type ListPart = 'off' | 'on' | 'focus' | 'left-marker' | 'right-marker';

/** A style with what only drawing a format needs. */
export interface DrawStyle {
  readonly style: Style;
  /** Background that fills the whole area, undefined for none. */
  readonly fill: number | undefined;
  readonly align: Align;
  readonly list: ListPart;
  /** Mouse range: 'left', 'right', 'window|3', 'pane|%1', 'session|$2', 'user|name'; '' for none. */
  readonly range: string;
  /** What happens to the default that `default` returns to. */
  readonly defaults: 'keep' | 'push' | 'pop';
  /** Text is drawn as it is, `#[…]` included. */
  readonly ignore: boolean;
}

export const plainDrawStyle: DrawStyle = {
  style: plainStyle,
  fill: undefined,
  align: 'default',
  list: 'off',
  range: '',
  defaults: 'keep',
  ignore: false,
};

const shape = (value: number) => value << underlineShift;
const underlineMask = shape(7);

/** Attribute names; `acs` is accepted and means nothing where text is Unicode. */
const attributes = new Map<string, number>([
  ['bright', Attribute.bold],
  ['bold', Attribute.bold],
  ['dim', Attribute.dim],
  ['italics', Attribute.italic],
  ['blink', Attribute.blink],
  ['reverse', Attribute.inverse],
  ['hidden', Attribute.invisible],
  ['strikethrough', Attribute.strike],
  ['overline', Attribute.overline],
  ['underscore', shape(Underline.single)],
  ['double-underscore', shape(Underline.double)],
  ['curly-underscore', shape(Underline.curly)],
  ['dotted-underscore', shape(Underline.dotted)],
  ['dashed-underscore', shape(Underline.dashed)],
  ['acs', 0],
]);

/**
 * Reads `text` on top of `current`; `default` and `fg=default` return to `base`.
 * undefined when any word is not of the notation: then nothing of it counts.
 */
export function parseDrawStyle(
  text: string,
  current: DrawStyle = plainDrawStyle,
  base: Style = plainStyle,
): DrawStyle | undefined {
  const drawn: Mutable<DrawStyle> = { ...current };
  const style: Mutable<Style> = { ...current.style };
  for (const word of text.split(/[ ,\n]+/)) {
    if (word !== '' && !applyWord(word.toLowerCase(), word, drawn, style, base)) return undefined;
  }
  drawn.style = style;
  return drawn;
}

/** Reads the notation's colours and attributes alone; undefined when it is wrong. */
export function parseStyle(text: string, base: Style = plainStyle): Style | undefined {
  return parseDrawStyle(text, { ...plainDrawStyle, style: base }, base)?.style;
}

/** `added` on top of `under`: its colours where it has some, and its attributes too. */
export function styleOver(under: Style, added: Style): Style {
  const underline = added.flags & underlineMask ? 0 : under.flags & underlineMask;
  return {
    fg: added.fg || under.fg,
    bg: added.bg || under.bg,
    ul: added.ul || under.ul,
    flags: (under.flags & ~underlineMask) | underline | added.flags,
    link: added.link || under.link,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function applyWord(
  word: string,
  exact: string,
  drawn: Mutable<DrawStyle>,
  style: Mutable<Style>,
  base: Style,
): boolean {
  const equals = word.indexOf('=');
  if (equals > 0)
    return applySetting(word.slice(0, equals), word.slice(equals + 1), exact, drawn, style, base);
  switch (word) {
    case 'default':
      Object.assign(style, base);
      return true;
    case 'none':
      style.flags = 0;
      return true;
    case 'ignore':
    case 'noignore':
      drawn.ignore = word === 'ignore';
      return true;
    case 'push-default':
    case 'pop-default':
      drawn.defaults = word === 'push-default' ? 'push' : 'pop';
      return true;
    case 'nolist':
      drawn.list = 'off';
      return true;
    case 'noalign':
      drawn.align = 'default';
      return true;
    case 'norange':
      drawn.range = '';
      return true;
    case 'noattr':
      return true;
  }
  const off = word.startsWith('no');
  for (const name of (off ? word.slice(2) : word).split('|')) {
    const bits = attributes.get(name);
    if (bits === undefined) return false;
    if (off) style.flags &= ~(bits & underlineMask ? underlineMask : bits);
    else style.flags = (bits & underlineMask ? style.flags & ~underlineMask : style.flags) | bits;
  }
  return true;
}

function applySetting(
  name: string,
  value: string,
  exact: string,
  drawn: Mutable<DrawStyle>,
  style: Mutable<Style>,
  base: Style,
): boolean {
  switch (name) {
    case 'fg':
    case 'bg':
    case 'us':
    case 'fill': {
      const colour = parseColour(value);
      if (colour === undefined) return false;
      const field = name === 'us' ? 'ul' : name;
      if (field === 'fill') drawn.fill = colour === Colour.default ? undefined : colour;
      else style[field] = colour === Colour.default ? base[field] : colour;
      return true;
    }
    case 'align':
      if (!/^(left|centre|right|absolute-centre)$/.test(value)) return false;
      drawn.align = value as Align;
      return true;
    case 'list':
      if (!/^(on|focus|left-marker|right-marker)$/.test(value)) return false;
      drawn.list = value as ListPart;
      return true;
    case 'range': {
      if (!/^(left|right|window\|\d+|pane\|%\d+|session\|\$\d+|user\|.+)$/.test(value)) return false;
      // A user range's name keeps its case; tmux keeps 15 bytes of it.
      drawn.range = value.startsWith('user|') ? `user|${exact.slice(11, 26)}` : value;
      return true;
    }
    default:
      return false;
  }
}
