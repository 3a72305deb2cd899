import { fnmatch } from '../fnmatch.ts';
import { arithmetic } from './arithmetic.ts';
import { compile, type Replacement } from './compile.ts';
import type { FormatContext } from './context.ts';
import { loop } from './loops.ts';
import { type Modifier, splitChoices } from './modifiers.ts';
import { ctime, strftime } from './strftime.ts';
import { styledWidth, trimStyled } from './text-width.ts';
import { lookUp } from './variables.ts';

/** Depth at which formats that expand each other end, as in tmux. */
const MAXIMUM_DEPTH = 100;

export interface ExpandOptions {
  /** Expands %H, %M and the like first, as status lines and `T:` do. */
  readonly time?: boolean;
  readonly depth?: number;
}

/**
 * Expands a format (FORMATS in tmux(1)): `#{name}`, `#S`, conditionals, comparisons,
 * modifiers. Styles `#[…]` are left for whoever draws.
 */
export function expandFormat(context: FormatContext, format: string, options: ExpandOptions = {}): string {
  const depth = options.depth ?? 0;
  if (depth >= MAXIMUM_DEPTH) return '';
  const text = options.time ? strftime(format, context.server.now()) : format;
  if (!text.includes('#')) return text;
  return new Expansion(context, depth, options.time ?? false).expand(text);
}

/** Whether an expanded format counts as true: neither empty nor '0'. */
export function isTrue(text: string): boolean {
  return text !== '' && text !== '0';
}

class Expansion {
  readonly #context: FormatContext;
  readonly #depth: number;
  readonly #time: boolean;

  constructor(context: FormatContext, depth: number, time: boolean) {
    this.#context = context;
    this.#depth = depth;
    this.#time = time;
  }

  expand(text: string): string {
    let result = '';
    for (const segment of compile(text)) {
      if (typeof segment === 'string') result += segment;
      else if ('job' in segment) result += this.#context.job?.(this.#inner(segment.job)) ?? '';
      else result += this.#replace(segment);
    }
    return result;
  }

  #inner(text: string, time = this.#time, context = this.#context): string {
    return expandFormat(context, text, { time, depth: this.#depth + 1 });
  }

  #replace(replacement: Replacement): string {
    const { rest } = replacement;
    if (replacement.modifiers.length === 0) return this.#value(replacement, [], () => undefined);
    const modifiers = replacement.modifiers.map(({ kind, args }) => ({
      kind,
      args: args.map((arg) => this.#inner(arg)),
    }));
    const find = (kind: string) => modifiers.find((modifier) => modifier.kind === kind);
    if (find('l')) return unescapeHashes(rest);
    let value = this.#value(replacement, modifiers, find);
    if (find('E')) value = this.#inner(value);
    if (find('T')) value = this.#inner(value, true);
    for (const modifier of modifiers) if (modifier.kind === 's') value = substitute(value, modifier);
    const limit = find('=');
    if (limit) value = trim(value, limit);
    const padding = find('p');
    if (padding) value = pad(value, Number.parseInt(padding.args[0] ?? '0', 10) || 0);
    if (find('n')) value = String(Buffer.byteLength(value));
    if (find('w')) value = String(styledWidth(value));
    return value;
  }

  #value(
    { rest, conditional }: Replacement,
    modifiers: readonly Modifier[],
    find: (kind: string) => Modifier | undefined,
  ): string {
    const loopKind = find('S') ?? find('W') ?? find('P');
    if (loopKind)
      return loop(this.#context, loopKind.kind, rest, (text, context) =>
        this.#inner(text, this.#time, context),
      );
    const exists = find('N');
    if (exists) return this.#nameExists(this.#inner(rest), exists.args[0] ?? '');
    if (find('C')) return '0';
    const comparison = modifiers.find((modifier) => COMPARISONS.has(modifier.kind));
    if (comparison) {
      const [left, right] = splitChoices(rest);
      return compare(comparison, this.#inner(left), this.#inner(right ?? '')) ? '1' : '0';
    }
    const calculation = find('e');
    if (calculation) {
      const [left, right] = splitChoices(rest);
      return arithmetic(calculation.args, this.#inner(left), this.#inner(right ?? ''));
    }
    if (conditional) return this.#conditional(conditional, modifiers);
    const ascii = find('a');
    if (ascii) {
      const code = Number.parseInt(this.#inner(rest), 10);
      return code >= 0x20 && code <= 0x7f ? String.fromCharCode(code) : '';
    }
    if (rest.includes('#{')) return transform(this.#inner(rest), undefined, modifiers, this.#context);
    const found = lookUp(this.#context, rest);
    return found === undefined ? '' : transform(found.text, found.time, modifiers, this.#context);
  }

  #conditional(
    { condition: name, left, right }: NonNullable<Replacement['conditional']>,
    modifiers: readonly Modifier[],
  ): string {
    const found = lookUp(this.#context, name);
    let condition = found && transform(found.text, found.time, modifiers, this.#context);
    if (condition === undefined) {
      condition = this.#inner(name);
      if (condition === name) condition = '';
    }
    return this.#inner(isTrue(condition) ? left : right);
  }

  #nameExists(name: string, kind: string): string {
    const { server, session } = this.#context;
    if (kind.includes('s')) return server.session(name) ? '1' : '0';
    return session?.winlinks.some((link) => link.window.name === name) ? '1' : '0';
  }
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', '||', '&&', 'm']);

function compare({ kind, args }: Modifier, left: string, right: string): boolean {
  switch (kind) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '||':
      return isTrue(left) || isTrue(right);
    case '&&':
      return isTrue(left) && isTrue(right);
  }
  const flags = args[0] ?? '';
  if (!flags.includes('r')) return fnmatch(left, right, flags.includes('i'));
  return regularExpression(left, flags.includes('i') ? 'i' : '')?.test(right) ?? false;
}

/** Modifiers that work on one variable's value: time, name parts, quoting. */
function transform(
  text: string,
  time: number | undefined,
  modifiers: readonly Modifier[],
  context: FormatContext,
): string {
  let value = text;
  for (const { kind, args } of modifiers) {
    if (kind === 't') {
      const ms = time ?? (/^\d+$/.test(value) ? Number(value) * 1000 : 0);
      if (ms === 0) return '';
      if (args[0]?.includes('f') && args[1] !== undefined) value = strftime(args[1], ms);
      else value = args[0]?.includes('p') ? prettyTime(ms, context.server.now()) : ctime(ms);
    } else if (kind === 'b') value = value.replace(/\/+$/, '').replace(/^.*\//, '') || value;
    else if (kind === 'd') value = directory(value);
    else if (kind === 'q') {
      if (args[0]?.includes('h') || args[0]?.includes('e')) value = value.replace(/#/g, '##');
      else value = value.replace(/[|&;<>()$`\\"'*?[#=% ]/g, '\\$&');
    }
  }
  return value;
}

function directory(path: string): string {
  const at = path.replace(/\/+$/, '').lastIndexOf('/');
  return at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at);
}

/** A time in the past, shorter the nearer it is: '14:02', 'Mon14', '03Feb', 'Feb23'. */
function prettyTime(time: number, now: number): string {
  const age = (now - time) / 1000;
  const day = 24 * 3600;
  if (age < day) return strftime('%H:%M', time);
  const [then, today] = [new Date(time), new Date(now)];
  if (then.getMonth() === today.getMonth() && age < 28 * day) return strftime('%a%d', time);
  return strftime(age < 365 * day ? '%d%b' : '%h%y', time);
}

function substitute(value: string, { args }: Modifier): string {
  const [pattern, replacement = '', flags] = args;
  if (pattern === undefined || pattern === '') return value;
  const expression = regularExpression(pattern, flags?.includes('i') ? 'gi' : 'g');
  if (!expression) return value;
  return value.replace(expression, (...groups: unknown[]) =>
    replacement.replace(/\\([0-9])/g, (_, digit) => String(groups[Number(digit)] ?? '')),
  );
}

/** A POSIX extended expression is nearly one of ours; a broken one matches nothing. */
function regularExpression(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(
      pattern.replace(/\[\[:(\w+):\]\]/g, (_, name) => POSIX_CLASSES[name] ?? '[]'),
      flags,
    );
  } catch {
    return undefined;
  }
}

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '[A-Za-z0-9]',
  alpha: '[A-Za-z]',
  digit: '[0-9]',
  lower: '[a-z]',
  upper: '[A-Z]',
  space: '\\s',
  blank: '[ \\t]',
  punct: '[!-/:-@[-`{-~]',
  xdigit: '[0-9A-Fa-f]',
};

function trim(value: string, { args }: Modifier): string {
  const limit = Number.parseInt(args[0] ?? '', 10) || 0;
  const marker = args[1] ?? '';
  if (limit === 0) return value;
  const trimmed = trimStyled(value, limit);
  if (trimmed === value || marker === '') return trimmed;
  return limit > 0 ? trimmed + marker : marker + trimmed;
}

function pad(value: string, width: number): string {
  const spaces = ' '.repeat(Math.max(0, Math.abs(width) - styledWidth(value)));
  return width > 0 ? value + spaces : spaces + value;
}

/** `#,` and the like outside `#{…}` lose their hash. */
function unescapeHashes(text: string): string {
  let result = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '#' && text[at + 1] === '{') depth++;
    else if (character === '}') depth--;
    else if (character === '#' && depth === 0 && ',#:'.includes(text[at + 1] ?? ' ')) continue;
    result += character;
  }
  return result;
}
