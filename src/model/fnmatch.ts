/** fnmatch(3) without flags, as a test: `*`, `?`, `[a-z]`, `[!a]` and backslash. */
export function fnmatch(pattern: string, text: string, ignoreCase = false): boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '[') {
      const end = pattern.indexOf(']', at + (/^\[[!^]?\]/.test(pattern.slice(at)) ? 3 : 2));
      if (end < 0) source += '\\[';
      else {
        const inside = pattern
          .slice(at + 1, end)
          .replace(/\\/g, '\\\\')
          .replace(/^!/, '^');
        source += `[${inside}]`;
        at = end;
      }
    } else {
      const literal = character === '\\' && at + 1 < pattern.length ? pattern[++at]! : character;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }
  }
  try {
    return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su').test(text);
  } catch {
    return false;
  }
}
