import { graphemesOf } from '../../term/width.ts';

/** The user-visible characters of a text, each with its width in cells. */
export const characters: (text: string) => { text: string; width: number }[] = graphemesOf;

/** Width without `#[…]` styles, of which `##` is one character. */
export function styledWidth(text: string): number {
  return pieces(text).reduce((sum, piece) => sum + piece.width, 0);
}

/** The first `limit` cells, styles kept; a negative limit takes the last ones. */
export function trimStyled(text: string, limit: number): string {
  const all = pieces(text);
  const total = all.reduce((sum, piece) => sum + piece.width, 0);
  if (limit < 0) {
    let skip = total + limit;
    return all
      .filter((piece) => {
        if (piece.width === 0 || skip <= 0) return true;
        skip -= piece.width;
        return false;
      })
      .map((piece) => piece.text)
      .join('');
  }
  let left = limit;
  return all
    .filter((piece) => {
      if (piece.width === 0) return true;
      left -= piece.width;
      return left >= 0;
    })
    .map((piece) => piece.text)
    .join('');
}

function pieces(text: string): { text: string; width: number }[] {
  const result: { text: string; width: number }[] = [];
  for (const part of text.match(/#+\[[^\]]*\]?|##|[^#]+|#/g) ?? []) {
    if (!part.startsWith('#') || part === '#') result.push(...characters(part));
    else if (part === '##') result.push({ text: part, width: 1 });
    else {
      const hashes = /^#+/.exec(part)![0].length;
      if (hashes % 2 === 1) {
        for (let i = 1; i < hashes; i += 2) result.push({ text: '##', width: 1 });
        result.push({ text: part.slice(hashes - 1), width: 0 });
      } else {
        for (let i = 0; i < hashes; i += 2) result.push({ text: '##', width: 1 });
        result.push(...characters(part.slice(hashes)));
      }
    }
  }
  return result;
}
