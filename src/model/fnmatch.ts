/** fnmatch(3) without flags, as a test: `*`, `?`, `[a-z]`, `[!a]` and backslash. */
export function fnmatch(pattern: string, text: string, ignoreCase = false): boolean {
  return matcherOf(pattern, ignoreCase)(text);
}

/** The same, for a pattern that many texts are held against. */
export function matcherOf(pattern: string, ignoreCase = false): (text: string) => boolean {
  const [first = '', ...others] = piecesOf(pattern);
  const last = others.pop();
  // What lies between two stars is right where it is found first. The lookahead holds it there: with
  // plain `.*` a text of 100 KiB could take hours.
  const between = others
    .map((piece, at) => (piece === '' ? '' : `(?=(?<s${at}>.*?${piece}))\\k<s${at}>`))
    .join('');
  const end = last === undefined ? '' : `.*${last}`;
  try {
    const expression = new RegExp(`^${first}${between}${end}$`, ignoreCase ? 'isu' : 'su');
    return (text) => expression.test(text);
  } catch {
    return () => false;
  }
}

/** What stands between the stars, as regular expressions. */
function piecesOf(pattern: string): string[] {
  const pieces: string[] = [];
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '*') {
      pieces.push(source);
      source = '';
    } else if (character === '?') source += '.';
    else if (character === '[') {
      // A bracket that stands first is one of the set.
      const opening = /^\[[!^]?\]?/.exec(pattern.slice(at))![0].length;
      const end = pattern.indexOf(']', at + opening);
      if (end < 0) source += '\\[';
      else {
        const inside = pattern
          .slice(at + 1, end)
          .replace(/[\\\]]/g, '\\$&')
          .replace(/^!/, '^');
        source += `[${inside}]`;
        at = end;
      }
    } else {
      const literal = character === '\\' && at + 1 < pattern.length ? pattern[++at]! : character;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }
  }
  return [...pieces, source];
}
