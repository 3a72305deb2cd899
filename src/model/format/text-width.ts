import { graphemesOf } from '../../term/width.ts';

/** Widths and cuts of texts with `#[…]` styles, which take no cells; `##` is one character. */
export function styledWidth(text: string): number {
  return pieces(text).reduce((sum, piece) => sum + piece.width, 0);
}

/** The first `limit` cells, styles kept; a negative limit takes the last ones. */
export function trimStyled(text: string, limit: number): string {
  const all = pieces(text);
  let skip = limit < 0 ? all.reduce((sum, piece) => sum + piece.width, 0) + limit : 0;
  let left = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  let result = '';
  for (const piece of all) {
    if (piece.width === 0) result += piece.text;
    else if (skip > 0) skip -= piece.width;
    else {
      left -= piece.width;
      if (left >= 0) result += piece.text;
    }
  }
  return result;
}

interface Piece {
  readonly text: string;
  readonly width: number;
}

function pieces(text: string): Piece[] {
  const result: Piece[] = [];
  for (const part of text.match(/#+\[[^\]]*\]?|##|[^#]+|#/g) ?? []) {
    const hashes = /^#*/.exec(part)![0].length;
    if (part === '##') result.push({ text: part, width: 1 });
    else if (hashes === 0 || part === '#') result.push(...graphemesOf(part));
    else {
      // Pairs are characters; one that is left over makes the bracket a style.
      for (let i = 0; i + 1 < hashes; i += 2) result.push({ text: '##', width: 1 });
      if (hashes % 2 === 1) result.push({ text: part.slice(hashes - 1), width: 0 });
      else result.push(...graphemesOf(part.slice(hashes)));
    }
  }
  return result;
}
