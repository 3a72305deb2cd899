import type { ExitStatus } from './wire.ts';

/** A running child with its terminal or its pipes, as a pane sees it. */
export interface Child {
  readonly pid: number;
  /** The pty's slave; '' for pipes. */
  readonly tty: string;
  /**
   * Writes to the terminal or stdin, after everything written before, however long the
   * child takes to read; `done` is called once all of it has been written, or with the reason why not.
   */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  /** Ends stdin after what was written; nothing for a terminal, whose end of file is a character. */
  endInput(): void;
  /** Bytes that wait to be written. */
  readonly waitingInputBytes: number;
  /** Stops and goes on reading stdout or a terminal, or (`err`) stderr. */
  pause(err: boolean): void;
  resume(err: boolean): void;
  resize(cols: number, rows: number): void;
}

/** What a child reports. `bytes` are only lent: copy them. `exited` comes once, after the last output. */
export interface ChildEvents {
  output(bytes: Uint8Array, err: boolean): void;
  exited(exit: ExitStatus): void;
}

/** A child to start: checked and resolved, see resolve-program.ts. */
export interface ChildRequest {
  /** Path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly arg0: string;
  readonly cwd: string;
  /** Complete. */
  readonly env: Readonly<Record<string, string>>;
  readonly umask?: number;
  /** Pipes: stdin is /dev/null. */
  readonly noInput?: boolean;
}

/** Arguments of run-child (src/native/run-child.c); it enters the folder itself. */
export function runChildArguments({ cwd, umask, file, arg0, args }: ChildRequest): string[] {
  return ['--escaped', cwd, umask === undefined ? '-' : umask.toString(8), file, arg0, ...args];
}

/** The status as wire.ts has it. */
export function exitStatus(code: number, signal: number): ExitStatus {
  return signal > 0 ? { code: 128 + signal, signal } : { code, signal: 0 };
}
