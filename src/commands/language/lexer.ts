import { ParseError } from './syntax.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  /** NAME=value at the start of a command. */
  | { readonly kind: 'assignment'; readonly name: string; readonly value: string; readonly line: number }
  /** %if, %elif, %else, %endif, %hidden. */
  | { readonly kind: 'directive'; readonly text: string; readonly line: number }
  | { readonly kind: ';' | '{' | '}' | 'newline' | 'end'; readonly line: number };

/** Where `$NAME` and `~user` get their values. */
export interface LexerSurroundings {
  variable(name: string): string | undefined;
  /** Home folder of the user, or of '' = ourselves. */
  home(user: string): string | undefined;
}

/** Splits text of the command language into tokens, as tmux does: see "PARSING SYNTAX" in tmux(1). */
export class Lexer {
  readonly #text: string;
  readonly #surroundings: LexerSurroundings;
  #at = 0;
  #line = 1;

  constructor(text: string, surroundings: LexerSurroundings) {
    this.#text = text;
    this.#surroundings = surroundings;
  }

  /** `at`: the beginning of a command may be an assignment; a condition may be an unquoted format; elsewhere `#` begins a comment. */
  next(at: 'start' | 'word' | 'condition'): Token {
    for (;;) {
      const character = this.#take();
      const line = this.#line;
      switch (character) {
        case '':
          return { kind: 'end', line };
        case ' ':
        case '\t':
          continue;
        case '\r':
          if (this.#peek() === '\n') continue;
          break;
        case '\n':
          return { kind: 'newline', line: line - 1 };
        case ';':
        case '{':
        case '}':
          return { kind: character, line };
        case '#':
          if (at === 'condition' && this.#peek() === '{') return { kind: 'word', text: this.#format(), line };
          while (this.#peek() !== '\n' && this.#peek() !== '') this.#take();
          continue;
        case '%':
          if (/[a-z]/.test(this.#peek())) {
            let text = '%';
            while (/[a-z]/.test(this.#peek())) text += this.#take();
            if (/^%(if|elif|else|endif|hidden)$/.test(text)) return { kind: 'directive', text, line };
            return { kind: 'word', text: text + this.#word(), line };
          }
          break;
      }
      if (at === 'start' && /[A-Za-z_]/.test(character)) {
        const name = /^[A-Za-z0-9_]*=/.exec(this.#text.slice(this.#at));
        if (name) {
          this.#at += name[0].length;
          return { kind: 'assignment', name: character + name[0].slice(0, -1), value: this.#word(), line };
        }
      }
      this.#at -= character.length;
      return { kind: 'word', text: this.#word(), line };
    }
  }

  /** The next character; a backslash before a line's end joins the lines everywhere, also in quotes. */
  #peek(): string {
    while (this.#text[this.#at] === '\\' && this.#text[this.#at + 1] === '\n') {
      this.#at += 2;
      this.#line++;
    }
    return this.#text[this.#at] ?? '';
  }

  #take(): string {
    const character = this.#peek();
    if (character === '\n') this.#line++;
    this.#at += character.length;
    return character;
  }

  /** `#{…}` as one word, with its braces balanced; a line's end inside is an error. */
  #format(): string {
    let text = '#';
    let depth = 0;
    do {
      const character = this.#take();
      if (character === '' || character === '\n') throw new ParseError(this.#line, 'syntax error');
      if (character === '{' && text.endsWith('#')) depth++;
      if (character === '}') depth--;
      text += character;
    } while (depth > 0);
    return text;
  }

  #word(): string {
    let text = '';
    let state: 'plain' | 'double' | 'single' = 'plain';
    for (let first = true; ; first = false) {
      const character = this.#peek();
      if (character === '') return text;
      if (state === 'plain' && /[ \t\r\n;}]/.test(character)) return text;
      this.#take();
      if (character === '\n') {
        text += this.#lineEndInQuotes();
      } else if (character === '\\' && state !== 'single') {
        text += this.#escape();
      } else if (character === '~' && first && state === 'plain') {
        text += this.#tilde();
      } else if (character === '$' && state !== 'single') {
        text += this.#variable();
      } else if (character === "'" && state !== 'double') {
        state = state === 'single' ? 'plain' : 'single';
      } else if (character === '"' && state !== 'single') {
        state = state === 'double' ? 'plain' : 'double';
      } else if (character === '{' && state === 'plain') {
        throw new ParseError(this.#line, 'syntax error');
      } else {
        text += character;
      }
    }
  }

  /** Inside quotes the next line's indentation and comment lines are left out. */
  #lineEndInQuotes(): string {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#take();
    if (this.#peek() === '#' && !/^#[,#{}:]/.test(this.#text.slice(this.#at))) {
      while (this.#peek() !== '\n' && this.#peek() !== '') this.#take();
    }
    return '\n';
  }

  #escape(): string {
    const character = this.#take();
    switch (character) {
      case 'a':
        return '\x07';
      case 'b':
        return '\b';
      case 'e':
        return '\x1b';
      case 'f':
        return '\f';
      case 's':
        return ' ';
      case 'v':
        return '\v';
      case 'r':
        return '\r';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'u':
        return this.#codePoint(4);
      case 'U':
        return this.#codePoint(8);
    }
    if (!/[0-7]/.test(character)) return character;
    const octal = /^[0-7]{2}/.exec(this.#text.slice(this.#at));
    if (!octal || character > '3') throw new ParseError(this.#line, 'invalid octal escape');
    this.#at += 2;
    return String.fromCharCode(Number.parseInt(character + octal[0], 8));
  }

  #codePoint(digits: number): string {
    const hex = this.#text.slice(this.#at, this.#at + digits);
    const point = Number.parseInt(hex, 16);
    if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length < digits || point > 0x10ffff)
      throw new ParseError(this.#line, `invalid \\${digits === 4 ? 'u' : 'U'} argument`);
    this.#at += digits;
    return String.fromCodePoint(point);
  }

  #tilde(): string {
    const user = /^[^/ \t\r\n;"'}]*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    const home = this.#surroundings.home(user);
    if (home === undefined) throw new ParseError(this.#line, `no home folder of user ${user}`);
    this.#at += user.length;
    return home;
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at);
    const braced = /^\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(rest);
    const name = braced?.[1] ?? /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)?.[0];
    if (name === undefined) {
      if (rest.startsWith('{')) throw new ParseError(this.#line, 'invalid environment variable');
      return '$';
    }
    this.#at += braced ? braced[0].length : name.length;
    return this.#surroundings.variable(name) ?? '';
  }
}
