/**
 * Cells of a text in a status line. Approximate on purpose: names and titles only;
 * what panes show is measured by the emulator.
 */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const segmenter = new Intl.Segmenter();

/** The user-visible characters of a text, each with its width in cells. */
export function characters(text: string): { text: string; width: number }[] {
  const result: { text: string; width: number }[] = [];
  if (/^[\x20-\x7e]*$/.test(text)) {
    for (const character of text) result.push({ text: character, width: 1 });
    return result;
  }
  for (const { segment } of segmenter.segment(text)) result.push({ text: segment, width: widthOf(segment) });
  return result;
}

function widthOf(segment: string): number {
  if (/^[\p{Cc}\p{Mn}\u200b-\u200f]/u.test(segment)) return 0;
  return WIDE.test(segment) || segment.includes('\ufe0f') ? 2 : 1;
}

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
