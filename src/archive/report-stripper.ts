import { parseShellReport, SHELL_REPORT_OSC } from '../term/shell-report.ts';
import type { LoggedReport } from './records.ts';

/** Takes what a filter lets through, in order. `span`: bytes of the source that these stand for. */
export interface FilterSink {
  output(bytes: Uint8Array, span: number): void;
  mark(report: LoggedReport): void;
}

const INTRODUCER = Buffer.from(`\x1b]${SHELL_REPORT_OSC};`, 'latin1');
const BEHIND_ESC = INTRODUCER.subarray(1);
/** ST does what the beginning of the sequence did to whatever it interrupted, and nothing else. */
const STRING_TERMINATOR = Buffer.from('\x1b\\', 'latin1');
/** A report that is longer is none, but not a byte of it is let through either. */
const MAX_TEXT_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);
const [BEL, CAN, SUB, ESC] = [0x07, 0x18, 0x1a, 0x1b];

/**
 * Takes the shell's reports out of the output, since they hold its environment, and turns
 * those with the pane's nonce into marks. Reports of others are dropped as well: which of
 * them the emulator ignores does not matter to what is on the screen.
 */
export class ReportStripper {
  readonly #sink: FilterSink;
  #nonce: string;
  /** The beginning of what may become an introducer. */
  #prefix: Uint8Array = NOTHING;
  /** Inside of a report: its text so far. */
  #text: Uint8Array[] | undefined;
  #textBytes = 0;
  /** The text's last byte was ESC. */
  #escaped = false;
  #span = 0;

  constructor(sink: FilterSink, nonce: string) {
    this.#sink = sink;
    this.#nonce = nonce;
  }

  set nonce(nonce: string) {
    this.#nonce = nonce;
  }

  /** Not in the middle of what is or may become a report. */
  get idle(): boolean {
    return this.#text === undefined && this.#prefix.length === 0;
  }

  /** Begins anew. @param inside the source goes on in the middle of a report, whose text is not believed. */
  reset(inside: boolean): void {
    this.#prefix = NOTHING;
    this.#text = inside ? [] : undefined;
    this.#textBytes = inside ? MAX_TEXT_BYTES + 1 : 0;
    this.#escaped = false;
    this.#span = 0;
  }

  feed(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.#prefix.length > 0) {
      rest = Buffer.concat([this.#prefix, bytes]);
      this.#prefix = NOTHING;
    }
    while (rest.length > 0) rest = this.#text ? this.#inside(rest) : this.#outside(rest);
  }

  #outside(bytes: Uint8Array): Uint8Array {
    const view = viewOf(bytes);
    const at = introducerIn(view);
    const end = at < 0 ? bytes.length - prefixLength(view) : at;
    if (end > 0) this.#sink.output(bytes.subarray(0, end), end);
    if (at < 0) {
      this.#prefix = bytes.slice(end);
      return NOTHING;
    }
    this.#text = [];
    this.#textBytes = 0;
    this.#escaped = false;
    this.#span = INTRODUCER.length;
    return bytes.subarray(at + INTRODUCER.length);
  }

  #inside(bytes: Uint8Array): Uint8Array {
    if (this.#escaped) {
      // ESC \ ends it; any other ESC ends it as well and begins something new.
      const closing = bytes[0] === 0x5c;
      const rest = closing ? bytes.subarray(1) : prepended(ESC, bytes);
      this.#span += closing ? 1 : -1;
      this.#finish(closing);
      return rest;
    }
    let end = 0;
    while (end < bytes.length && !ends(bytes[end] as number)) end++;
    this.#collect(bytes.subarray(0, end));
    if (end === bytes.length) {
      this.#span += end;
      return NOTHING;
    }
    this.#span += end + 1;
    const ending = bytes[end] as number;
    if (ending >= 0x80) {
      this.#span--;
      this.#release();
      return bytes.subarray(end);
    }
    if (ending === ESC) this.#escaped = true;
    else this.#finish(ending === BEL);
    return bytes.subarray(end + 1);
  }

  #collect(text: Uint8Array): void {
    this.#textBytes += text.length;
    if (this.#textBytes <= MAX_TEXT_BYTES) this.#text?.push(text.slice());
    else this.#text?.splice(0);
  }

  /** Reports are ASCII: this was none, and is what it is. */
  #release(): void {
    const known = this.#textBytes <= MAX_TEXT_BYTES;
    const bytes = known ? Buffer.concat([INTRODUCER, ...(this.#text ?? [])]) : STRING_TERMINATOR;
    this.#text = undefined;
    this.#sink.output(bytes, this.#span);
    this.#span = 0;
  }

  #finish(whole: boolean): void {
    const text = whole && this.#textBytes <= MAX_TEXT_BYTES ? Buffer.concat(this.#text ?? []) : NOTHING;
    this.#text = undefined;
    this.#escaped = false;
    this.#sink.output(STRING_TERMINATOR, this.#span);
    this.#span = 0;
    const numbered = parseShellReport(text.toString());
    if (!numbered || numbered.nonce !== this.#nonce || numbered.report.kind === 'environment') return;
    this.#sink.mark(numbered.report);
  }
}

function ends(byte: number): boolean {
  return byte === BEL || byte === ESC || byte === CAN || byte === SUB || byte >= 0x80;
}

/** Where a report begins, -1: nowhere. Looked for from its second byte on: floods are full of ESC. */
function introducerIn(bytes: Buffer): number {
  for (let from = 1; ; ) {
    const at = bytes.indexOf(BEHIND_ESC, from);
    if (at < 0) return -1;
    if (bytes[at - 1] === ESC) return at - 1;
    from = at + 1;
  }
}

/** How many bytes at the end may be the beginning of an introducer. */
function prefixLength(bytes: Buffer): number {
  const at = bytes.lastIndexOf(ESC);
  const length = bytes.length - at;
  if (at < 0 || length >= INTRODUCER.length) return 0;
  return bytes.compare(INTRODUCER, 0, length, at) === 0 ? length : 0;
}

function prepended(byte: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 1);
  whole[0] = byte;
  whole.set(bytes, 1);
  return whole;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
