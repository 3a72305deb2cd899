import { Colour } from '../../term/style.ts';

/** Colours that a terminal can show. */
export type ColourDepth = 'rgb' | '256' | '16' | 'none';

/** Intensities of the 6x6x6 cube in xterm's palette, colours 16 to 231. */
const CUBE = [0, 95, 135, 175, 215, 255];
/** xterm's default colours 0 to 15; a theme may change them, so they serve distances only. */
const ANSI = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
/** Colours remembered; a gradient has thousands, and each costs a search. */
const REMEMBERED = 4096;

/** Turns any colour into the nearest one that a terminal of this depth can show. */
export function colourMapper(depth: ColourDepth): (colour: number) => number {
  if (depth === 'rgb') return (colour) => colour;
  if (depth === 'none') return () => Colour.default;
  const known = new Map<number, number>();
  return (colour) => {
    const kind = colour & Colour.kindMask;
    if (kind === Colour.default || kind === Colour.palette16) return colour;
    if (kind === Colour.palette256 && depth === '256') return colour;
    const seen = known.get(colour);
    if (seen !== undefined) return seen;
    const value = colour & Colour.valueMask;
    const rgb = kind === Colour.rgb ? value : paletteColour(value);
    const mapped =
      depth === '256'
        ? Colour.palette256 | nearest256(rgb)
        : Colour.palette16 | (kind === Colour.palette256 && value < 16 ? value : nearest16(rgb));
    if (known.size >= REMEMBERED) known.clear();
    known.set(colour, mapped);
    return mapped;
  };
}

/** The red, green and blue of an entry of xterm's 256-colour palette. */
function paletteColour(index: number): number {
  if (index < 16) return ANSI[index]!;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const cube = index - 16;
  return (CUBE[Math.trunc(cube / 36)]! << 16) | (CUBE[Math.trunc(cube / 6) % 6]! << 8) | CUBE[cube % 6]!;
}

function nearest256(rgb: number): number {
  const level = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.trunc((value - 35) / 40));
  const r = level(rgb >> 16);
  const g = level((rgb >> 8) & 255);
  const b = level(rgb & 255);
  const cube = 16 + 36 * r + 6 * g + b;
  const average = ((rgb >> 16) + ((rgb >> 8) & 255) + (rgb & 255)) / 3;
  const grey = 232 + Math.max(0, Math.min(23, Math.round((average - 8) / 10)));
  return distance(rgb, paletteColour(grey)) < distance(rgb, paletteColour(cube)) ? grey : cube;
}

function nearest16(rgb: number): number {
  let best = 0;
  for (let index = 1; index < 16; index++)
    if (distance(rgb, ANSI[index]!) < distance(rgb, ANSI[best]!)) best = index;
  return best;
}

function distance(a: number, b: number): number {
  const r = (a >> 16) - (b >> 16);
  const g = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return r * r + g * g + blue * blue;
}
