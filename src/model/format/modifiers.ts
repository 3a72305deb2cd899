/** A modifier of `#{…}` with its arguments, which are formats: `=/10/…:` is '=' with ['10', '…']. */
export interface Modifier {
  readonly kind: string;
  readonly args: readonly string[];
}

const WITHOUT_ARGUMENTS = 'labcdnwETSWP<>';
const WITH_ARGUMENTS = 'mCNst=peq';

/**
 * Takes the modifiers off a replacement: each ends in `:` or, if another follows,
 * `;`. What is no list of modifiers is all rest.
 */
export function parseModifiers(content: string): { modifiers: Modifier[]; rest: string } {
  const modifiers: Modifier[] = [];
  let at = 0;
  while (at < content.length && content[at] !== ':') {
    if (content[at] === ';') at++;
    const pair = content.slice(at, at + 2);
    const end = (index: number) => content[index] === ':' || content[index] === ';';
    if (/^(\|\||&&|!=|==|<=|>=)$/.test(pair) && end(at + 2)) {
      modifiers.push({ kind: pair, args: [] });
      at += 2;
      continue;
    }
    const kind = content[at]!;
    if (WITHOUT_ARGUMENTS.includes(kind) && end(at + 1)) {
      modifiers.push({ kind, args: [] });
      at += 1;
      continue;
    }
    if (!WITH_ARGUMENTS.includes(kind)) break;
    if (end(at + 1)) {
      modifiers.push({ kind, args: [] });
      at += 1;
      continue;
    }
    const delimiter = content[at + 1];
    if (delimiter === undefined) break;
    if (!/[^\w\s-]/.test(delimiter)) {
      // One argument without delimiters: =10, p-5.
      const stop = skipTo(content, at + 1, ':;');
      if (stop < 0) break;
      modifiers.push({ kind, args: [content.slice(at + 1, stop)] });
      at = stop;
      continue;
    }
    const args: string[] = [];
    let from = at + 1;
    while (content[from] === delimiter && !end(from + 1)) {
      const stop = skipTo(content, from + 1, `${delimiter}:;`);
      if (stop < 0) return { modifiers: [], rest: content };
      args.push(content.slice(from + 1, stop));
      from = stop;
    }
    if (content[from] === delimiter) from++;
    modifiers.push({ kind, args });
    at = from;
  }
  if (content[at] !== ':' || modifiers.length === 0) return { modifiers: [], rest: content };
  return { modifiers, rest: content.slice(at + 1) };
}

/** The first of `ends` from `from` on that is not inside `#{…}` and not escaped by `#`; -1 for none. */
export function skipTo(text: string, from: number, ends: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '#' && text[at + 1] === '{') depth++;
    if (text[at] === '#' && ',#{}:'.includes(text[at + 1] ?? ' ')) {
      at++;
      continue;
    }
    if (depth === 0 && ends.includes(text[at]!)) return at;
    if (text[at] === '}') depth--;
  }
  return -1;
}

/** `left,right` of a conditional or comparison. */
export function splitChoices(text: string): [string, string | undefined] {
  const comma = skipTo(text, 0, ',');
  return comma < 0 ? [text, undefined] : [text.slice(0, comma), text.slice(comma + 1)];
}
