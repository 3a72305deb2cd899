import { codePointWidth } from '../term/emulator/width.ts';
import type { LoggedReport } from './records.ts';
import type { FilterSink } from './report-stripper.ts';

/** A line without an end is held back up to this length; a pattern sees no more at a time. */
const HOLD_BYTES = 16 * 1024;
/** Of a line that is already out, so much is seen again with what follows. */
const CONTEXT_CHARACTERS = 4 * 1024;

const NOTHING = new Uint8Array(0);

/** Escape sequences and control characters, as far as they do not end a line. */
const CONTROLS =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\x18\x1a]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)|[\x00-\x1f\x7f-\x9f]/g;

/** OSC, DCS and the like: what comes before the first `;` is their kind, the rest may be a title or an address. */
const STRINGS = /(\x1b[\]PX^_][^\x07\x1b\x18\x1a;]*;)([^\x07\x1b\x18\x1a]*)/g;

/** Compiles patterns of history-redact. @throws SyntaxError that names the pattern. */
export function redactionPatterns(sources: readonly string[]): RegExp[] {
  return sources.map((source) => new RegExp(source, 'gu'));
}

/** Parts of a text that some pattern matches, as pairs [from, to), in order and apart. */
export function matchesIn(text: string, patterns: readonly RegExp[]): [number, number][] {
  const found: [number, number][] = [];
  for (const pattern of patterns)
    for (const { index, 0: match } of text.matchAll(pattern))
      if (match.length > 0) found.push([index, index + match.length]);
  found.sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of found) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** As many columns of `*` as the text takes. */
export function asterisks(text: string): string {
  let columns = 0;
  for (const character of text) columns += codePointWidth(character.codePointAt(0) as number);
  return '*'.repeat(columns);
}

/** The text with its matches replaced. */
export function redactText(text: string, patterns: readonly RegExp[]): string {
  let out = '';
  let at = 0;
  for (const [from, to] of matchesIn(text, patterns)) {
    out += text.slice(at, from) + asterisks(text.slice(from, to));
    at = to;
  }
  return at === 0 ? text : out + text.slice(at);
}

/**
 * Replaces what the patterns match in each line of output, as the line reads without its
 * escape sequences. A line is looked at as a whole, so that it does not matter in how many
 * writes it came; its end is held back until the line ends, or until `release`.
 *
 * Lines of output, not rows of the screen: what a program draws piece by piece, with the
 * cursor moved in between, is not seen as one text.
 */
export class Redactor implements FilterSink {
  readonly #sink: FilterSink;
  readonly #patterns: readonly RegExp[];
  #held: Uint8Array = NOTHING;
  #span = 0;
  /** What is out already of the line that goes on, without its controls. */
  #context = '';

  constructor(sink: FilterSink, patterns: readonly RegExp[]) {
    this.#sink = sink;
    this.#patterns = patterns;
  }

  /** Bytes of the source that are not out yet. */
  get held(): number {
    return this.#span;
  }

  output(bytes: Uint8Array, span: number): void {
    const whole = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const end = lineEnd(whole);
    // What was replaced before has a span of its own: it is counted with the part that goes out first.
    const spanAll = this.#span + span;
    const spanLeft = Math.min(whole.length - end, spanAll);
    this.#span = spanLeft;
    this.#held = whole.slice(end);
    if (end > 0) this.#lines(whole.subarray(0, end), spanAll - spanLeft);
    if (this.#held.length > HOLD_BYTES) this.release();
  }

  mark(report: LoggedReport): void {
    this.release();
    if (report.kind !== 'command') this.#sink.mark(report);
    else this.#sink.mark({ ...report, text: redactText(report.text, this.#patterns) });
  }

  /** Lets out what is held back, e.g. since nothing has followed for some time. */
  release(): void {
    if (this.#span === 0) return;
    const [held, span] = [this.#held, this.#span];
    this.#held = NOTHING;
    this.#span = 0;
    this.#lines(held, span);
  }

  reset(): void {
    this.#held = NOTHING;
    this.#span = 0;
    this.#context = '';
  }

  #lines(bytes: Uint8Array, span: number): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
    let out = '';
    let changed = false;
    for (const line of text.split(/(?<=[\r\n])/)) {
      const redacted = this.#line(line);
      if (redacted !== line) changed = true;
      out += redacted;
    }
    this.#sink.output(changed ? Buffer.from(out) : bytes, span);
  }

  #line(written: string): string {
    const line = written.replace(
      STRINGS,
      (_, kind: string, text: string) => kind + redactText(text, this.#patterns),
    );
    const { plain, places } = withoutControls(line);
    const context = this.#context;
    const ended = /[\r\n]$/.test(line);
    this.#context = ended ? '' : (context + plain).slice(-CONTEXT_CHARACTERS);
    let out = '';
    let at = 0;
    for (const [from, to] of matchesIn(context + plain, this.#patterns)) {
      for (let i = Math.max(0, from - context.length); i < to - context.length; ) {
        // A piece of the match without a sequence inside.
        let end = i + 1;
        while (end < to - context.length && places[end] === (places[end - 1] as number) + 1) end++;
        const start = places[i] as number;
        out += line.slice(at, start) + asterisks(plain.slice(i, end));
        at = start + end - i;
        i = end;
      }
    }
    return at === 0 ? line : out + line.slice(at);
  }
}

/** One past the last line end. */
function lineEnd(bytes: Uint8Array): number {
  return Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d)) + 1;
}

/** The line as it reads, and for each of its UTF-16 units where it stands in the line. */
function withoutControls(line: string): { plain: string; places: number[] } {
  let plain = '';
  const places: number[] = [];
  let at = 0;
  const take = (end: number): void => {
    plain += line.slice(at, end);
    for (; at < end; at++) places.push(at);
  };
  for (const { index, 0: control } of line.matchAll(CONTROLS)) {
    take(index);
    at = index + control.length;
  }
  take(line.length);
  return { plain, places };
}
