import { type IPty, spawn } from 'node-pty';

/** Longest wait for one measured thing; a bench that hangs says what it waited for. */
const DEADLINE_MS = 120_000;

/** Braille patterns: no payload, prompt or status line has them. */
const FIRST_BRAILLE = 0x2801;
const BRAILLES = 254;

/** Text that appears on the terminal only when the program in the pane has printed it. */
export interface Marker {
  readonly bytes: Buffer;
  /** For printf in a shell, so that the typed command does not hold the marker itself. */
  readonly octal: string;
}

let markers = 0;

/** A marker that differs from the last ones in every column: else a client need not draw all of it anew. */
export function newMarker(): Marker {
  markers++;
  const digits = [0, 1, 2].map((column) => (markers * 3 + column) % BRAILLES);
  const bytes = Buffer.from(digits.map((digit) => String.fromCodePoint(FIRST_BRAILLE + digit)).join(''));
  return { bytes, octal: [...bytes].map((byte) => `\\${byte.toString(8)}`).join('') };
}

/**
 * The terminal of a measured client: a pty that is read as fast as it comes, and only
 * searched for what is waited for. Nothing is emulated here, since that would take the
 * processor from what is measured.
 */
export class BenchTerminal {
  readonly exited: Promise<void>;
  bytes = 0;
  readonly #pty: IPty;
  #tail: Buffer = Buffer.alloc(0);
  #wanted: { readonly bytes: Buffer; readonly found: (at: number) => void } | undefined;

  constructor(
    argv: readonly string[],
    env: Record<string, string>,
    size: { readonly cols: number; readonly rows: number },
  ) {
    const [file = '', ...args] = argv;
    this.#pty = spawn(file, args, { ...size, name: 'xterm-256color', env, encoding: null });
    this.exited = new Promise((resolve) => this.#pty.onExit(() => resolve()));
    // Without an encoding node-pty gives buffers, whatever its types say.
    this.#pty.onData((data: string | Buffer) => this.#read(data as Buffer));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  write(data: string | Buffer): void {
    this.#pty.write(data);
  }

  /** Does `act`, and resolves with the ms from then until `bytes` were drawn. */
  async timeUntil(bytes: Buffer, act: () => void): Promise<number> {
    let deadline: NodeJS.Timeout | undefined;
    try {
      return await new Promise<number>((resolve, reject) => {
        deadline = setTimeout(
          () => reject(new Error(`not drawn within ${DEADLINE_MS / 1000} s: ${bytes.toString()}`)),
          DEADLINE_MS,
        );
        this.#tail = Buffer.alloc(0);
        let begin = 0;
        this.#wanted = { bytes, found: (at) => resolve(at - begin) };
        begin = performance.now();
        act();
      });
    } finally {
      clearTimeout(deadline);
      this.#wanted = undefined;
    }
  }

  /** Types a command line whose last output is a marker; resolves when that was drawn, with the ms. */
  run(command: string): Promise<number> {
    const marker = newMarker();
    return this.timeUntil(marker.bytes, () => this.write(`${command}; printf '${marker.octal}\\n'\r`));
  }

  async dispose(): Promise<void> {
    this.#pty.kill('SIGHUP');
    await this.exited;
  }

  #read(data: Buffer): void {
    this.bytes += data.length;
    if (data.includes('\x1b[c')) this.write('\x1b[?62;22c');
    const wanted = this.#wanted;
    if (!wanted) return;
    const text = this.#tail.length > 0 ? Buffer.concat([this.#tail, data]) : data;
    if (text.includes(wanted.bytes)) {
      this.#wanted = undefined;
      wanted.found(performance.now());
    } else this.#tail = text.subarray(Math.max(0, text.length - wanted.bytes.length + 1));
  }
}
