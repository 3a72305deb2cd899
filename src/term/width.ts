import { charProperties } from './emulator/width.ts';

/**
 * Characters of text that zmx itself draws: status lines, titles, prompts. They are
 * joined and measured exactly as the emulator does it with what programs print.
 */

/** A user-visible character with its columns. */
export interface Grapheme {
  readonly text: string;
  readonly width: 1 | 2;
}

const CONTROL = /\p{Cc}/u;
const ASCII = /^[ -~]*$/;

/** The drawable characters of a text; control characters and marks that have nothing to join are left out. */
export function graphemesOf(text: string): Grapheme[] {
  const found: { text: string; width: 1 | 2 }[] = [];
  if (ASCII.test(text)) {
    for (const character of text) found.push({ text: character, width: 1 });
    return found;
  }
  let properties = 0;
  for (const character of text) {
    if (CONTROL.test(character)) continue;
    const next = charProperties(character.codePointAt(0)!, properties);
    const width = ((next >> 1) & 3) as 0 | 1 | 2;
    const joined = next & 1 ? found.at(-1) : undefined;
    if (joined) {
      joined.text += character;
      if (width === 2) joined.width = 2;
    } else if (next & 1 || width === 0) continue;
    else found.push({ text: character, width });
    properties = next;
  }
  return found;
}

/** Columns of a text on the terminal. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return graphemesOf(text).reduce((sum, { width }) => sum + width, 0);
}
