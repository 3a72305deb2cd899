/** Where the parser of control sequences is (ECMA-48). */
type State = 'text' | 'escape' | 'csi' | 'string' | 'string-escape';

export interface PrintedLine {
  readonly text: string;
  /** When its last character was printed, ms since 1970. */
  readonly time: number;
}

/** A line that never ends is cut here, so that it does not fill the memory. */
const MAX_LINE_LENGTH = 64 * 1024;
/** CSI finals that leave the row: what is printed next is another line. */
const LEAVES_ROW = new Set('ABEFHSTdfrsu');

/**
 * The text that a program printed, line by line, without its control sequences: what a
 * search looks through. Not the screen of an emulator: text that was overwritten or
 * cleared was printed too, and this is ten times as fast.
 */
export class PrintedLines {
  readonly #decoder = new TextDecoder();
  #state: State = 'text';
  #parameters = '';
  #line = '';
  #time = 0;
  /** The cursor is at the row's begin: what comes overwrites it. */
  #returned = false;

  /** Lines that end in these bytes. */
  *feed(bytes: Uint8Array, time: number): Generator<PrintedLine> {
    const text = this.#decoder.decode(bytes, { stream: true });
    let plain = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#state === 'text' && code >= 0x20 && code !== 0x7f && (code < 0x80 || code > 0x9f)) continue;
      if (at > plain && this.#state === 'text') this.#print(text.slice(plain, at), time);
      plain = at + 1;
      if (this.#control(text[at] as string, code) || this.#line.length > MAX_LINE_LENGTH) {
        const line = this.end();
        if (line) yield line;
      }
    }
    if (plain < text.length && this.#state === 'text') this.#print(text.slice(plain), time);
  }

  /** The line that is still open; undefined when it is empty. */
  end(): PrintedLine | undefined {
    const text = this.#line.trimEnd();
    this.#line = '';
    this.#returned = false;
    return text === '' ? undefined : { text, time: this.#time };
  }

  #print(text: string, time: number): void {
    if (this.#returned) this.#line = '';
    this.#returned = false;
    this.#line += text;
    this.#time = time;
  }

  /** Returns whether the row is left. */
  #control(character: string, code: number): boolean {
    switch (this.#state) {
      case 'text':
        return this.#inText(character, code);
      case 'escape':
        this.#parameters = '';
        if (character === '[') this.#state = 'csi';
        else if (']PX^_'.includes(character)) this.#state = 'string';
        // An intermediate: the final is still to come.
        else if (code < 0x20 || code > 0x2f) this.#state = 'text';
        return 'DEMc'.includes(character) && this.#state === 'text';
      case 'csi':
        if (code >= 0x40 && code <= 0x7e) {
          this.#state = 'text';
          if (character === 'C') this.#line += ' '.repeat(Math.min(1000, Number(this.#parameters) || 1));
          return LEAVES_ROW.has(character);
        }
        this.#parameters += character;
        if (code === 0x1b) this.#state = 'escape';
        else if (code === 0x18 || code === 0x1a) this.#state = 'text';
        return false;
      case 'string':
        if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) this.#state = 'text';
        else if (code === 0x1b) this.#state = 'string-escape';
        return false;
      case 'string-escape':
        this.#state = character === '\\' ? 'text' : 'string';
        return false;
    }
  }

  #inText(character: string, code: number): boolean {
    if (code === 0x1b) this.#state = 'escape';
    else if (code === 0x9b) this.#state = 'csi';
    else if (code === 0x9d || code === 0x90) this.#state = 'string';
    else if (character === '\r') this.#returned = true;
    else if (character === '\b') this.#line = this.#line.slice(0, -1);
    else if (character === '\t') this.#line += ' ';
    return character === '\n' || character === '\v' || character === '\f';
  }
}
