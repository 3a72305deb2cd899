import { textOf } from '../../base/byte-text.ts';

/**
 * What the shim (src/native/shim.c, which has the wire format) says of a command
 * before it runs. Its strings may stand for any bytes, see byte-text.ts.
 */
export interface ShimRequest {
  /** File that was executed, as the caller named it. */
  readonly file: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: ReadonlyMap<string, string>;
  readonly umask: number;
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** It is a job of a shell, which can stop and continue it. */
  readonly job: boolean;
  /** stdin is /dev/null, or closed. */
  readonly noInput: boolean;
  readonly rows: number;
  readonly cols: number;
}

/** A shell's wrapped script may be some 100 KB; the kernel allows 2 MiB of arguments and environment. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Columns or rows of a terminal, as the protocol has them. */
export const MAX_CELLS = 10_000;

const TERMINAL_STDIN = 1;
const TERMINAL_STDOUT = 2;
const TERMINAL_STDERR = 4;
const NO_INPUT = 8;
const JOB = 16;

/** How many bytes the whole request takes, once its first four are there. @throws Error for an absurd length. */
export function requestLength(buffer: Buffer): number | undefined {
  if (buffer.length < 4) return undefined;
  const length = buffer.readUInt32LE(0);
  if (length > MAX_REQUEST_BYTES) throw new Error(`shim request of ${length} bytes`);
  return 4 + length;
}

/**
 * @param environment of the request's last part; see `environmentOf`.
 * @throws Error for a request that is not one of the shim's.
 */
export function parseRequest(buffer: Buffer, environment = environmentOf): ShimRequest {
  const text = textOf(buffer.subarray(4));
  let at = 0;
  const next = (): string => {
    const end = text.indexOf('\0', at);
    if (end < 0) throw new Error('malformed shim request: it ends early');
    const field = text.slice(at, end);
    at = end + 1;
    return field;
  };
  const umask = natural(next(), 8, 0o777);
  const flags = natural(next(), 10, TERMINAL_STDIN | TERMINAL_STDOUT | TERMINAL_STDERR | NO_INPUT | JOB);
  const rows = natural(next(), 10, MAX_CELLS) || 24;
  const cols = natural(next(), 10, MAX_CELLS) || 80;
  const cwd = next();
  const file = next();
  const argc = natural(next(), 10, text.length);
  const argv: string[] = [];
  while (argv.length < argc) argv.push(next());
  return {
    file,
    argv,
    cwd,
    env: environment(text.slice(at)),
    umask,
    terminal: {
      stdin: (flags & TERMINAL_STDIN) !== 0,
      stdout: (flags & TERMINAL_STDOUT) !== 0,
      stderr: (flags & TERMINAL_STDERR) !== 0,
    },
    job: (flags & JOB) !== 0,
    noInput: (flags & NO_INPUT) !== 0,
    rows,
    cols,
  };
}

/** Variables from NUL-ended `NAME=value` strings. */
export function environmentOf(text: string): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0) env.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return env;
}

/** @throws Error for anything but a number from 0 to `max`. */
function natural(text: string, base: 8 | 10, max: number): number {
  const value = /^[0-9]+$/.test(text) ? Number.parseInt(text, base) : Number.NaN;
  if (!(value <= max)) throw new Error(`malformed shim request: ${text} for a number`);
  return value;
}

/** Frames to the shim and back: u8 type, u32 length, data. */
export function shimFrame(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 1);
  return Buffer.concat([head, data]);
}

export function shimNumbers(type: string, ...values: number[]): Buffer {
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    data.writeUInt32LE(value >>> 0, 4 * index);
  });
  return shimFrame(type, data);
}

/** Splits what the shim sends into frames. */
export class ShimFrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error for a frame longer than any that the shim makes. */
  *push(piece: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= 5) {
      const length = this.#rest.readUInt32LE(1);
      if (length > MAX_REQUEST_BYTES) throw new Error(`shim frame of ${length} bytes`);
      if (this.#rest.length < 5 + length) return;
      const type = String.fromCharCode(this.#rest[0]!);
      const data = this.#rest.subarray(5, 5 + length);
      this.#rest = this.#rest.subarray(5 + length);
      yield { type, data };
    }
  }
}
