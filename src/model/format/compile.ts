import { type Modifier, parseModifiers, skipTo, splitChoices } from './modifiers.ts';
import { ALIASES } from './variables.ts';

/** A format taken apart: text as it is, replacements `#{…}`, and commands `#(…)`. */
export type Segment = string | Replacement | { readonly job: string };

export interface Replacement {
  readonly modifiers: readonly Modifier[];
  /** What the modifiers work on: a name, a format, or two choices. */
  readonly rest: string;
  /** `?condition,left,right`; undefined when it is none. */
  readonly conditional:
    | { readonly condition: string; readonly left: string; readonly right: string }
    | undefined;
}

/** Formats that are kept taken apart; status lines expand the same few hundred again and again. */
const CACHE_SIZE = 2000;
const cache = new Map<string, readonly Segment[]>();

export function compile(text: string): readonly Segment[] {
  let segments = cache.get(text);
  if (!segments) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    segments = takeApart(text);
    cache.set(text, segments);
  }
  return segments;
}

function takeApart(text: string): Segment[] {
  const segments: Segment[] = [];
  const literal = (part: string) => {
    const last = segments.at(-1);
    if (typeof last === 'string') segments[segments.length - 1] = last + part;
    else if (part !== '') segments.push(part);
  };
  for (let at = 0; at < text.length; ) {
    const hash = text.indexOf('#', at);
    if (hash < 0) {
      literal(text.slice(at));
      break;
    }
    literal(text.slice(at, hash));
    const next = text[hash + 1];
    if (next === '{' || next === '(') {
      const end = next === '{' ? skipTo(text, hash + 2, '}') : closingParenthesis(text, hash + 2);
      // What is not closed ends the format.
      if (end < 0) break;
      const content = text.slice(hash + 2, end);
      segments.push(next === '{' ? replacement(content) : { job: content });
      at = end + 1;
    } else if (next === '[' || next === '#') {
      // Any number of # before [ is left alone: it says whether that is a style.
      const run = /^#+\[?/.exec(text.slice(hash))![0];
      literal(run.endsWith('[') ? run : '#');
      at = hash + (run.endsWith('[') ? run.length : 2);
    } else if (next === ',' || next === '}') {
      literal(next);
      at = hash + 2;
    } else {
      const name = next === undefined ? undefined : ALIASES[next];
      if (name === undefined) literal(`#${next ?? ''}`);
      else segments.push(replacement(name));
      at = hash + 2;
    }
  }
  return segments;
}

function replacement(content: string): Replacement {
  const { modifiers, rest } = parseModifiers(content);
  return { modifiers, rest, conditional: conditionalOf(rest) };
}

function conditionalOf(rest: string): Replacement['conditional'] {
  if (!rest.startsWith('?')) return undefined;
  const comma = skipTo(rest, 1, ',');
  if (comma < 0) return { condition: '', left: '', right: '' };
  const [left, right = ''] = splitChoices(rest.slice(comma + 1));
  return { condition: rest.slice(1, comma), left, right };
}

function closingParenthesis(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}
