import { writeSync } from 'node:fs';

/** Standard input, as far as a terminal needs it; tests give a stream of their own. */
export interface TerminalInput extends NodeJS.EventEmitter {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Standard output, as far as a terminal needs it. */
export interface TerminalOutput extends NodeJS.EventEmitter {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly fd?: number;
  readonly writableNeedDrain: boolean;
  readonly writableLength: number;
  write(data: string | Uint8Array, done?: () => void): boolean;
}

/**
 * Node makes writes to a terminal blocking, so that a slow one would hold up the
 * keyboard and the daemon's pings. The switch is of node's stream handle and not
 * documented; without it drawing blocks and nothing else changes.
 */
export function setBlocking(stream: object, blocking: boolean): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?(on: boolean): unknown } };
  handle?.setBlocking?.(blocking);
}

/** Writes before it returns, past the stream: for the moments after which there is no event loop. */
export function writeNow(output: TerminalOutput, bytes: string): void {
  if (output.fd === undefined) {
    output.write(bytes);
    return;
  }
  try {
    writeSync(output.fd, bytes);
  } catch {
    // the terminal is gone, or stopped by its user
  }
}

/** Resolves when what was written has been taken, or after `timeoutMs`. */
export async function flushed(output: TerminalOutput, timeoutMs: number): Promise<void> {
  if (output.writableLength === 0) return;
  await withTimeout(new Promise<void>((resolve) => output.write('', () => resolve())), timeoutMs);
}

/** Resolves with the promise or after `ms`, whichever is first. */
export async function withTimeout(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
