import { Lexer, type LexerSurroundings, type Token } from './lexer.ts';
import { type CommandLine, ParseError, type Word } from './syntax.ts';

export interface ParseSurroundings extends LexerSurroundings {
  /** NAME=value and %hidden NAME=value take effect while the text is read. */
  assign(name: string, value: string, hidden: boolean): void;
  /** Value of an %if's format. */
  condition(format: string): boolean;
  /** Full name of a command, or the commands that an alias of command-alias stands for. */
  lookup(word: string, line: number): string | readonly CommandLine[];
  /** @throws ParseError when the command's arguments are wrong */
  check(command: CommandLine): void;
  /** Given: a command with a mistake is left out and reported here, and the rest of the text counts. */
  mistake?(error: ParseError): void;
}

/** Parses a text (a configuration file, a binding, what was typed at the prompt). */
export function parseCommands(text: string, surroundings: ParseSurroundings): CommandLine[] {
  return new Parser(text, surroundings).all();
}

/**
 * Parses words that a shell has already split: a word that ends in `;` ends a
 * command, and `\;` at the end stands for the character.
 */
export function parseWords(words: readonly Word[], surroundings: ParseSurroundings): CommandLine[] {
  const commands: CommandLine[] = [];
  let current: Word[] = [];
  const finish = () => {
    if (current.length > 0) commands.push(...resolve(current, { line: 1, group: 0 }, surroundings));
    current = [];
  };
  for (const word of words) {
    if (typeof word !== 'string' || !word.endsWith(';')) {
      current.push(word);
    } else if (word.endsWith('\\;')) {
      current.push(`${word.slice(0, -2)};`);
    } else {
      if (word.length > 1) current.push(word.slice(0, -1));
      finish();
    }
  }
  finish();
  return commands;
}

function resolve(
  words: readonly Word[],
  place: { line: number; group: number },
  surroundings: ParseSurroundings,
): CommandLine[] {
  const [name, ...args] = words;
  if (typeof name !== 'string') throw new ParseError(place.line, 'syntax error');
  const found = surroundings.lookup(name, place.line);
  const commands: CommandLine[] =
    typeof found === 'string'
      ? [{ name: found, args, ...place }]
      : found.map((command, index) => ({
          ...command,
          ...place,
          args: index === found.length - 1 ? [...command.args, ...args] : command.args,
        }));
  for (const command of commands) surroundings.check(command);
  return commands;
}

class Parser {
  readonly #lexer: Lexer;
  readonly #surroundings: ParseSurroundings;
  #token: Token;
  /** Number of the line or of the run between `;;` that commands belong to. */
  #group = 0;
  /** How many blocks we are in, and whether one of the present command's has a mistake. */
  #depth = 0;
  #mistaken = false;

  constructor(text: string, surroundings: ParseSurroundings) {
    this.#surroundings = surroundings;
    this.#lexer = new Lexer(text, surroundings);
    this.#token = this.#lexer.next('start');
  }

  all(): CommandLine[] {
    const commands = this.#statements(true);
    if (this.#token.kind !== 'end') this.#fail();
    return commands;
  }

  /** Up to the end, `}` or a directive that closes an %if. `live`: not in a branch that is left out. */
  #statements(live: boolean): CommandLine[] {
    const commands: CommandLine[] = [];
    let separated = true;
    for (;;) {
      const token = this.#token;
      if (token.kind === 'end' || token.kind === '}') return commands;
      if (token.kind === 'newline') {
        this.#group++;
        this.#advance('start');
        separated = true;
      } else if (token.kind === ';') {
        if (separated && commands.length === 0) this.#fail();
        if (separated) this.#group++;
        this.#advance('start');
        separated = true;
      } else if (token.kind === 'directive' && token.text !== '%if' && token.text !== '%hidden') {
        return commands;
      } else if (!separated) {
        this.#fail();
      } else if (token.kind === 'directive' && token.text === '%if') {
        commands.push(...this.#conditional(live));
      } else {
        commands.push(...this.#statement(live));
        separated = false;
      }
    }
  }

  #statement(live: boolean): CommandLine[] {
    let hidden = false;
    if (this.#token.kind === 'directive') {
      hidden = true;
      this.#advance('start');
      if (this.#current().kind !== 'assignment') this.#fail();
    }
    while (this.#token.kind === 'assignment') {
      if (live) this.#surroundings.assign(this.#token.name, this.#token.value, hidden);
      this.#advance('start');
    }
    const { line } = this.#token;
    const group = this.#group;
    const words: Word[] = [];
    for (;;) {
      const token = this.#token;
      if (token.kind === 'word') {
        words.push(token.text);
        this.#advance('word');
      } else if (token.kind === '{' && words.length > 0) {
        this.#advance('start');
        this.#depth++;
        const commands = this.#statements(live);
        this.#depth--;
        if (this.#current().kind !== '}') this.#fail();
        this.#advance('word');
        words.push({ commands });
      } else if (token.kind === '{') {
        this.#fail();
      } else {
        return words.length > 0 && live ? this.#resolve(words, { line, group }) : [];
      }
    }
  }

  #resolve(words: readonly Word[], place: { line: number; group: number }): CommandLine[] {
    let commands: CommandLine[] = [];
    try {
      // After a mistake in its block nothing more is said about a command.
      if (!this.#mistaken) commands = resolve(words, place, this.#surroundings);
    } catch (error) {
      if (!(error instanceof ParseError) || !this.#surroundings.mistake) throw error;
      this.#surroundings.mistake(error);
      this.#mistaken = true;
    }
    if (this.#depth > 0) return commands;
    // A command does not run without a part of its block.
    const left = this.#mistaken;
    this.#mistaken = false;
    return left ? [] : commands;
  }

  /** %if FORMAT … %elif FORMAT … %else … %endif, over lines or on one. */
  #conditional(live: boolean): CommandLine[] {
    const commands: CommandLine[] = [];
    let decided = false;
    let condition = this.#condition();
    for (;;) {
      const taken = live && !decided && condition;
      decided ||= condition;
      const branch = this.#statements(taken);
      if (taken) commands.push(...branch);
      const token = this.#current();
      if (token.kind !== 'directive') this.#fail();
      else if (token.text === '%endif') {
        this.#advance('start');
        return commands;
      } else if (token.text === '%else') {
        this.#advance('start');
        condition = true;
      } else {
        condition = this.#condition();
      }
    }
  }

  #condition(): boolean {
    this.#advance('condition');
    const token = this.#current();
    if (token.kind !== 'word') return this.#fail();
    const result = this.#surroundings.condition(token.text);
    this.#advance('start');
    return result;
  }

  #advance(at: 'start' | 'word' | 'condition'): void {
    this.#token = this.#lexer.next(at);
  }

  /** The token after an advance, whose kind the compiler must not think to know. */
  #current(): Token {
    return this.#token;
  }

  #fail(): never {
    throw new ParseError(this.#token.line, 'syntax error');
  }
}
