import type { ColourDepth } from './palette.ts';

/**
 * What the user's terminal can do, as far as drawing needs it. Not terminfo: its
 * entries lack links, underline shapes and synchronised output, a machine that
 * is not the terminal's often lacks the entry, and every terminal of the last
 * decade speaks ECMA-48.
 */
export interface Capabilities {
  readonly colours: ColourDepth;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly strike: boolean;
  readonly overline: boolean;
  /** Shapes and colours of underlines (SGR 4:n and 58); without, every underline is single. */
  readonly underlines: boolean;
  /** OSC 8. */
  readonly links: boolean;
  /** Erasing fills with the current background; without, only blanks of the default background are erased. */
  readonly backgroundErase: boolean;
  /** DECSTBM moves rows instead of sending them again. */
  readonly scrollRegion: boolean;
  /** Mode 2026: updates of several rows appear at once. */
  readonly synchronized: boolean;
  /** DECSCUSR and OSC 12. */
  readonly cursorStyle: boolean;
}

export const fullCapabilities: Capabilities = {
  colours: 'rgb',
  dim: true,
  italic: true,
  strike: true,
  overline: true,
  underlines: true,
  links: true,
  backgroundErase: true,
  scrollRegion: true,
  synchronized: true,
  cursorStyle: true,
};

/** Terminals that have no more than a VT220's attributes. */
const PLAIN_TERMS = /^(vt\d|ansi|linux|cons25|dumb)/;

/**
 * The capabilities of $TERM with the features that the client found out beyond it
 * ('rgb', 'sync', 'undercurl', 'links'; see ATTACH).
 */
export function capabilitiesOf(term: string, features: readonly string[]): Capabilities {
  const has = (feature: string) => features.includes(feature);
  const plain = PLAIN_TERMS.test(term);
  const screen = /^screen/.test(term);
  const colours: ColourDepth = has('rgb')
    ? 'rgb'
    : /256col|direct|kitty|alacritty|foot|ghostty|wezterm/.test(term)
      ? '256'
      : /^(vt\d|dumb)|-mono$/.test(term)
        ? 'none'
        : '16';
  return {
    colours,
    dim: !/^(vt\d|dumb)/.test(term),
    italic: !plain && !screen,
    strike: !plain && !screen,
    overline: !plain && !screen && has('undercurl'),
    underlines: has('undercurl'),
    links: has('links'),
    backgroundErase: !/^(vt\d|screen|ansi)/.test(term),
    scrollRegion: !/^dumb/.test(term),
    synchronized: has('sync'),
    cursorStyle: !plain,
  };
}
