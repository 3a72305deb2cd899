import { CommandError } from '../../model/command-error.ts';
import type { Block, Word } from './syntax.ts';
import { printCommands } from './syntax.ts';

/** What a command takes: flags as in getopt ('adt:' = -a, -d, -t VALUE), and how many words after them. */
export interface ArgumentSpec {
  readonly flags: string;
  readonly minimum: number;
  /** undefined: any number. */
  readonly maximum?: number;
  /** Words that may be a block of commands; 'all', or by their place. */
  readonly blocks?: 'all' | readonly number[];
}

/** A command's flags and words, taken apart. */
export class Arguments {
  readonly words: readonly Word[];
  readonly #flags: ReadonlyMap<string, readonly string[]>;

  constructor(flags: ReadonlyMap<string, readonly string[]>, words: readonly Word[]) {
    this.#flags = flags;
    this.words = words;
  }

  has(flag: string): boolean {
    return this.#flags.has(flag);
  }

  /** How often a flag without value was given. */
  count(flag: string): number {
    return this.#flags.get(flag)?.length ?? 0;
  }

  /** The last value of a flag. */
  value(flag: string): string | undefined {
    return this.#flags.get(flag)?.at(-1);
  }

  values(flag: string): readonly string[] {
    return this.#flags.get(flag) ?? [];
  }

  /** A word as text; a block as its commands' text. */
  word(index: number): string | undefined {
    const word = this.words[index];
    return word === undefined || typeof word === 'string' ? word : printCommands(word.commands);
  }

  texts(from = 0): string[] {
    return this.words.slice(from).map((_, index) => this.word(from + index)!);
  }

  block(index: number): Block | undefined {
    const word = this.words[index];
    return typeof word === 'object' ? word : undefined;
  }

  /** A flag's value as a number of a range, with tmux's messages. */
  number(flag: string, what: string, minimum: number, maximum: number): number | undefined {
    const text = this.value(flag);
    return text === undefined ? undefined : parseNumber(text, what, minimum, maximum);
  }
}

export function parseNumber(text: string, what: string, minimum: number, maximum: number): number {
  const value = /^\s*[+-]?\d+$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  if (Number.isNaN(value)) throw new CommandError(`${what} invalid`);
  if (value < minimum) throw new CommandError(`${what} too small`);
  if (value > maximum) throw new CommandError(`${what} too large`);
  return value;
}

/**
 * Takes a command's words apart. Flags end at the first word that is none or at `--`.
 * @throws CommandError with tmux's message; 'usage' as message stands for -?.
 */
export function parseArguments(name: string, spec: ArgumentSpec, words: readonly Word[]): Arguments {
  const flags = new Map<string, string[]>();
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (typeof word !== 'string' || !word.startsWith('-') || word === '-') break;
    if (word === '--') {
      at++;
      break;
    }
    for (let i = 1; i < word.length; i++) {
      const flag = word[i]!;
      if (flag === '?') throw new CommandError('usage');
      const place = /[A-Za-z0-9]/.test(flag) ? spec.flags.indexOf(flag) : -1;
      if (place < 0) throw new CommandError(`command ${name}: unknown flag -${flag}`);
      const values = flags.get(flag) ?? [];
      flags.set(flag, values);
      if (spec.flags[place + 1] !== ':') {
        values.push('');
        continue;
      }
      const value = i + 1 < word.length ? word.slice(i + 1) : words[++at];
      if (value === undefined) throw new CommandError(`command ${name}: -${flag} expects an argument`);
      if (typeof value !== 'string')
        throw new CommandError(`command ${name}: -${flag} argument must be a string`);
      values.push(value);
      break;
    }
  }
  const rest = words.slice(at);
  rest.forEach((word, index) => {
    if (typeof word === 'string' || spec.blocks === 'all' || spec.blocks?.includes(index)) return;
    throw new CommandError(`command ${name}: argument ${index + 1} must be "string"`);
  });
  if (rest.length < spec.minimum)
    throw new CommandError(`command ${name}: too few arguments (need at least ${spec.minimum})`);
  if (spec.maximum !== undefined && rest.length > spec.maximum)
    throw new CommandError(`command ${name}: too many arguments (need at most ${spec.maximum})`);
  return new Arguments(flags, rest);
}
