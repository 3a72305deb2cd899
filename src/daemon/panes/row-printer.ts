import { type RowVisitor, readRow } from '../../term/row-reader.ts';
import { plainStyle, type Style } from '../../term/style.ts';
import { SgrWriter } from './sgr-writer.ts';

export interface RowPrinterOptions {
  /** With sequences for attributes (capture-pane -e). */
  readonly escapes?: boolean;
  /** Rows of one line without newlines between them, and with their spaces at the end (-J). */
  readonly join?: boolean;
  /** With spaces at the end (-N). */
  readonly trailing?: boolean;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const REPLACEMENT = 0xfffd;

/**
 * Writes rows as UTF-8 text, from their encoding straight to bytes: by way of cells, each
 * an object, a million lines took ten times as long.
 */
export class RowPrinter implements RowVisitor {
  readonly #join: boolean;
  readonly #trim: boolean;
  readonly #sgr: SgrWriter | undefined;
  #skip = 0;
  #count = Number.POSITIVE_INFINITY;
  #out = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  /** Columns of a row, and how many of this one are taken. */
  #cols = 0;
  #col = 0;
  /** Cells of the line that are still to come. */
  #left = 0;
  /** The row is printed, and where it begins. */
  #printing = false;
  #rowStart = 0;
  /** A row has been printed: the one below it tells whether a newline is between them. */
  #open = false;
  #style: Style = plainStyle;

  constructor(options: RowPrinterOptions) {
    this.#join = options.join ?? false;
    this.#trim = !options.join && !options.trailing;
    this.#sgr = options.escapes ? new SgrWriter() : undefined;
  }

  /** Of the rows that follow, passes over `skip` and prints at most `count`; otherwise all of them. */
  range(skip: number, count: number): void {
    this.#skip = skip;
    this.#count = count;
  }

  /** Every row of the range is printed. */
  get done(): boolean {
    return this.#count === 0;
  }

  /** A line of so many cells in rows of `cols`: a wide character that does not fit goes to the next one. */
  line(bytes: Uint8Array, cells: number, cols: number): void {
    if (this.done) return;
    this.#cols = cols;
    this.#left = cells;
    this.#begin(false);
    this.#cells(bytes);
    // A wide character in a single column has its second half in a row of its own.
    while (this.#col > this.#cols) this.#wrap();
    this.#end();
  }

  /** One row, however wide; `wrapped`: it continues the line of the row above. */
  row(bytes: Uint8Array, cells: number, wrapped: boolean): void {
    this.#cols = Number.POSITIVE_INFINITY;
    this.#left = cells;
    this.#begin(wrapped);
    this.#cells(bytes);
    this.#end();
  }

  /** No row follows: the text ends with a newline, also where it ends in the middle of a line. */
  finish(): void {
    if (this.#open) this.#byte(NEWLINE);
    this.#open = false;
  }

  /** What has been printed since the last call; a view that holds until the next row. */
  take(): Uint8Array {
    const taken = this.#out.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  style(style: Style): void {
    this.#style = style;
  }

  ascii(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to && this.#left > 0; ) {
      this.#fit(1);
      const count = Math.min(to - at, this.#cols - this.#col, this.#left);
      if (this.#printing) {
        this.#look();
        this.#reserve(count);
        this.#out.set(bytes.subarray(at, at + count), this.#length);
        this.#length += count;
      }
      this.#advance(count);
      at += count;
    }
  }

  character(code: number, width: 1 | 2): void {
    if (!this.#place(width)) return;
    this.#reserve(4);
    const out = this.#out;
    const valid = code >= 0xd800 && code < 0xe000 ? REPLACEMENT : code;
    let at = this.#length;
    if (valid < 0x80) out[at++] = valid;
    else {
      if (valid < 0x800) out[at++] = 0xc0 | (valid >> 6);
      else {
        if (valid < 0x10000) out[at++] = 0xe0 | (valid >> 12);
        else {
          out[at++] = 0xf0 | (valid >> 18);
          out[at++] = 0x80 | ((valid >> 12) & 0x3f);
        }
        out[at++] = 0x80 | ((valid >> 6) & 0x3f);
      }
      out[at++] = 0x80 | (valid & 0x3f);
    }
    this.#length = at;
  }

  cluster(text: string, width: 1 | 2): void {
    if (this.#place(width)) this.#text(text);
  }

  blank(count: number): void {
    for (let rest = Math.min(count, this.#left); rest > 0; ) {
      this.#fit(1);
      const part = Math.min(rest, this.#cols - this.#col);
      if (this.#printing) {
        this.#look();
        this.#reserve(part);
        this.#out.fill(SPACE, this.#length, this.#length + part);
        this.#length += part;
      }
      this.#advance(part);
      rest -= part;
    }
  }

  #cells(bytes: Uint8Array): void {
    this.#style = plainStyle;
    readRow(bytes, this);
    this.#style = plainStyle;
    this.blank(this.#left);
  }

  #begin(wrapped: boolean): void {
    this.#col = 0;
    this.#printing = false;
    if (this.#skip > 0) {
      this.#skip--;
      return;
    }
    if (this.#count === 0) return;
    this.#count--;
    if (this.#open && !(this.#join && wrapped)) this.#byte(NEWLINE);
    this.#printing = true;
    this.#open = true;
    this.#rowStart = this.#length;
  }

  #end(): void {
    if (!this.#trim || !this.#printing) return;
    while (this.#length > this.#rowStart && this.#out[this.#length - 1] === SPACE) this.#length--;
  }

  #wrap(): void {
    const over = Math.max(0, this.#col - this.#cols);
    this.#end();
    this.#begin(true);
    this.#col = over;
  }

  /** Goes to the next row where so many columns are not left in this one. */
  #fit(width: number): void {
    while (this.#col > 0 && this.#col + width > this.#cols) this.#wrap();
  }

  #advance(cells: number): void {
    this.#col += cells;
    this.#left -= cells;
  }

  /** Makes room for a character. Returns whether it is printed. */
  #place(width: 1 | 2): boolean {
    if (this.#left < width) {
      this.blank(1);
      return false;
    }
    this.#fit(width);
    if (this.#printing) this.#look();
    this.#advance(width);
    return this.#printing;
  }

  #look(): void {
    if (!this.#sgr) return;
    const change = this.#sgr.change(this.#style);
    if (change !== '') this.#text(change);
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#out.write(text, this.#length);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#out[this.#length++] = byte;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#out.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#length + count));
    grown.set(this.#out.subarray(0, this.#length));
    this.#out = grown;
  }
}
