/** Number of the OSC by which shells report (src/term/shell-report.ts). */
export const SHELL_REPORT_OSC = 7707;

const INTRODUCER = Buffer.from(`\x1b]${SHELL_REPORT_OSC};`, 'latin1');
const [BEL, CAN, SUB, ESC, BACKSLASH] = [0x07, 0x18, 0x1a, 0x1b, 0x5c];
const NOTHING = Buffer.alloc(0);

/**
 * Takes the reports of shells out of a terminal's output, however it is cut: each holds the
 * secret by which the shell is believed, and the environment of its user. For whatever hands
 * the output on; the archive, which turns reports into marks, has a filter of its own.
 */
export class ShellReportFilter {
  /** The beginning of what may become a report. */
  #held: Buffer = NOTHING;
  #inside = false;
  /** Inside, and the last byte was ESC. */
  #escaped = false;

  /** What is left of the bytes, with what was held back before. */
  filter(bytes: Uint8Array): Uint8Array {
    let rest: Buffer = Buffer.concat([this.#held, bytes]);
    this.#held = NOTHING;
    const kept: Buffer[] = [];
    while (rest.length > 0) {
      if (this.#inside) {
        rest = this.#skip(rest);
        continue;
      }
      const at = rest.indexOf(INTRODUCER);
      const end = at < 0 ? rest.length - beginningLength(rest) : at;
      kept.push(rest.subarray(0, end));
      this.#inside = at >= 0;
      if (at < 0) this.#held = rest.subarray(end);
      rest = at < 0 ? NOTHING : rest.subarray(at + INTRODUCER.length);
    }
    return Buffer.concat(kept);
  }

  /** What is held back, once nothing more will come. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  /** Behind the report's end, if it is there; a byte that no report has ends it too. */
  #skip(bytes: Buffer): Buffer {
    if (this.#escaped) {
      this.#escaped = false;
      this.#inside = false;
      return bytes[0] === BACKSLASH ? bytes.subarray(1) : Buffer.concat([Buffer.of(ESC), bytes]);
    }
    const end = bytes.findIndex((byte) => byte >= 0x80 || [BEL, CAN, SUB, ESC].includes(byte));
    if (end < 0) return NOTHING;
    this.#escaped = bytes[end] === ESC;
    this.#inside = this.#escaped;
    return bytes.subarray(bytes[end]! >= 0x80 ? end : end + 1);
  }
}

/** How many bytes at the end may be the beginning of an introducer. */
function beginningLength(bytes: Buffer): number {
  const at = bytes.lastIndexOf(ESC);
  const length = bytes.length - at;
  if (at < 0 || length >= INTRODUCER.length) return 0;
  return INTRODUCER.subarray(0, length).equals(bytes.subarray(at)) ? length : 0;
}
