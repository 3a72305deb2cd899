import { Redactor, redactionPatterns } from './redactor.ts';
import { type FilterSink, ReportStripper } from './report-stripper.ts';

/** While there are patterns, the end of a line that does not go on is let out after this time, ms. */
const HOLD_MS = 1000;

/** What output goes through before it is logged: the shell's reports are taken out, then what history-redact says. */
export class OutputFilters {
  readonly #sink: FilterSink;
  readonly #stripper: ReportStripper;
  #redactor: Redactor | undefined;
  #patterns: readonly RegExp[] = [];
  #holdTimer: NodeJS.Timeout | undefined;

  constructor(sink: FilterSink, nonce: string) {
    this.#sink = sink;
    this.#stripper = new ReportStripper(
      {
        output: (bytes, span) => (this.#redactor ?? sink).output(bytes, span),
        mark: (report) => (this.#redactor ?? sink).mark(report),
      },
      nonce,
    );
  }

  set nonce(nonce: string) {
    this.#stripper.nonce = nonce;
  }

  get patterns(): readonly RegExp[] {
    return this.#patterns;
  }

  /** Not in the middle of what is or may become a report. */
  get outside(): boolean {
    return this.#stripper.idle;
  }

  /** Nothing is held back: what went in is out. */
  get empty(): boolean {
    return this.#stripper.idle && (this.#redactor?.held ?? 0) === 0;
  }

  /** @throws SyntaxError for a pattern that is none; there are none at all then. */
  redact(sources: readonly string[]): void {
    this.release();
    this.#redactor = undefined;
    this.#patterns = [];
    this.#patterns = redactionPatterns(sources);
    if (sources.length > 0) this.#redactor = new Redactor(this.#sink, this.#patterns);
  }

  feed(bytes: Uint8Array): void {
    this.#stripper.feed(bytes);
    if (!this.#redactor || this.#redactor.held === 0) return;
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(() => this.release(), HOLD_MS);
  }

  /** Lets out the end of a line. */
  release(): void {
    clearTimeout(this.#holdTimer);
    this.#redactor?.release();
  }

  /** Forgets what is held back. @param inside what comes goes on in the middle of a report. */
  reset(inside: boolean): void {
    clearTimeout(this.#holdTimer);
    this.#redactor?.reset();
    this.#stripper.reset(inside);
  }
}
