import { doubleWidth, zeroWidth } from './width-table.ts';

/**
 * How many cells a character takes, and which characters join the cell before
 * them, as the programs in the pane count (wcwidth of a current C library, and
 * tmux for emoji): a combining mark, a skin tone or whatever follows a zero width
 * joiner shares its cell. Not the emulator's own tables (Unicode 6: emoji of one
 * cell), nor its grapheme addon (which fails to load in node).
 *
 * The emulator hands in the properties of the character before, so that a value
 * carries width, joining and a little state; see `IUnicodeVersionProvider`.
 */

/** A cluster longer than this ends: a stream of combining marks must not grow one cell for ever. */
const MAX_CLUSTER_CODE_POINTS = 24;

const ZERO_WIDTH_JOINER = 0x200d;
const FIRST_SKIN_TONE = 0x1f3fb;
const LAST_SKIN_TONE = 0x1f3ff;
/** From here on everything is an ideograph (planes 2 and 3), up to the tags and selectors of plane 14. */
const FIRST_IDEOGRAPHIC_PLANE = 0x20000;
const FIRST_SPECIAL_PLANE = 0xe0000;

/** Made when the first character needs it: it takes as long as two percent of the start of `zmx attach`. */
let widths: Uint8Array | undefined;

export function codePointWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (code < FIRST_IDEOGRAPHIC_PLANE) {
    widths ??= widthOfEach();
    return widths[code] as 0 | 1 | 2;
  }
  return code < FIRST_SPECIAL_PLANE ? 2 : code < 0xf0000 ? 0 : 1;
}

function widthOfEach(): Uint8Array {
  const all = new Uint8Array(FIRST_IDEOGRAPHIC_PLANE).fill(1);
  for (const [first, last] of zeroWidth()) all.fill(0, first, last + 1);
  for (const [first, last] of doubleWidth()) all.fill(2, first, last + 1);
  return all;
}

// Layout of the emulator's property values: state << 3 | width << 1 | join.
const WIDTH_SHIFT = 1;
const STATE_SHIFT = 3;
/** State: the cluster's length in code points, and whether it ends in a joiner. */
const JOINER = 1 << 16;

/** Of any ASCII character. */
export const asciiProperties = (1 << STATE_SHIFT) | (1 << WIDTH_SHIFT);

/** @param before properties of the character printed just before, 0 when there was none. */
export function charProperties(code: number, before: number): number {
  // The joiner's bit is the only state that matters to a plain character.
  if (code < 0x300 && before < JOINER << STATE_SHIFT) return asciiProperties;
  const state = before >> STATE_SHIFT;
  const length = state & 0xffff;
  const own = codePointWidth(code);
  const joins =
    own === 0 ||
    (state & JOINER) !== 0 ||
    (code >= FIRST_SKIN_TONE && code <= LAST_SKIN_TONE && before !== 0);
  if (!joins || length >= MAX_CLUSTER_CODE_POINTS)
    return (1 << STATE_SHIFT) | (Math.max(own, 1) << WIDTH_SHIFT);
  const width = Math.max((before >> WIDTH_SHIFT) & 3, before === 0 ? 0 : own);
  const next = (length + 1) | (code === ZERO_WIDTH_JOINER ? JOINER : 0);
  return (next << STATE_SHIFT) | (width << WIDTH_SHIFT) | 1;
}
