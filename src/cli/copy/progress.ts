import { bytesOf } from '../../base/byte-text.ts';

/** A copy that is done sooner needs no line, ms. */
const QUIET_MS = 1000;
const REDRAW_MS = 200;

/** The line that tells on a terminal how far a copy is. */
export class Progress {
  readonly #output: NodeJS.WriteStream;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #files = 0;
  #bytes = 0;
  #path = '';
  #shown = false;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    if (output.isTTY) this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  add(bytes: number, path: string, done: boolean): void {
    this.#bytes += bytes;
    this.#path = path;
    if (done) this.#files += 1;
  }

  /** Prints a line above the progress. */
  print(line: string): void {
    this.#clear();
    this.#output.write(bytesOf(`${line}\n`));
  }

  end(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    const seconds = (performance.now() - this.#start) / 1000;
    if (seconds * 1000 < QUIET_MS) return;
    const rate = size(this.#bytes / seconds);
    const count = `${this.#files} ${this.#files === 1 ? 'file' : 'files'}`;
    const line = `${count}, ${size(this.#bytes)}, ${rate}/s  ${printable(this.#path)}`;
    this.#output.write(`\r${line.slice(0, this.#output.columns - 1)}\x1b[K`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) this.#output.write('\r\x1b[K');
    this.#shown = false;
  }
}

/** A name without what would move the cursor. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u{10ff80}-\u{10ffff}]/gu, '?');
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
