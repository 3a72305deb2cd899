import headless from '@xterm/headless';
import type { Disposable } from '../../src/base/disposable.ts';
import { PtyChild } from '../../src/holder/pty-child.ts';
import { resolveProgram } from '../../src/holder/resolve-program.ts';
import { eventually, within } from './eventually.ts';

export interface TerminalOptions {
  readonly env: Record<string, string>;
  readonly cwd?: string;
  readonly cols?: number;
  readonly rows?: number;
}

/**
 * A person at a terminal: runs a program on a pty, shows what it draws on an
 * emulated screen, and types. Never assert what is on the screen at once; wait for it.
 * The holder's own pty, since node-pty's class loses the last output of short programs.
 */
export class TerminalDriver implements Disposable {
  /** The emulator, for tests that look at cells and modes. */
  readonly terminal: InstanceType<typeof headless.Terminal>;
  readonly exited: Promise<{ readonly code: number; readonly signal: number }>;
  /** Everything that the program wrote, as it came. */
  readonly output: Buffer[] = [];
  readonly #pty: PtyChild;
  #running = true;
  #disposed = false;

  constructor(file: string, args: readonly string[], options: TerminalOptions) {
    const cols = options.cols ?? 80;
    const rows = options.rows ?? 24;
    this.terminal = new headless.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true });
    const cwd = options.cwd ?? options.env.HOME ?? '/';
    const child = { file: resolveProgram(file, cwd, options.env), args, arg0: file, cwd, env: options.env };
    let ended!: (status: { code: number; signal: number }) => void;
    this.exited = new Promise((resolve) => {
      ended = resolve;
    });
    this.#pty = new PtyChild(
      child,
      { cols, rows },
      {
        output: (lent) => {
          const bytes = Buffer.from(lent);
          this.output.push(bytes);
          if (!this.#disposed) this.terminal.write(bytes);
        },
        exited: (status) => {
          this.#running = false;
          // once the screen shows its last words
          if (this.#disposed) ended(status);
          else this.terminal.write('', () => ended(status));
        },
      },
    );
    this.terminal.onData((answer) => this.send(answer));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The visible rows, without trailing spaces. */
  rows(): string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from(
      { length: this.terminal.rows },
      (_, y) => buffer.getLine(buffer.baseY + y)?.translateToString(true) ?? '',
    );
  }

  screen(): string {
    return this.rows().join('\n');
  }

  /** Types text, or keys as the bytes that a terminal sends for them (`\x02c` for C-b c). */
  send(keys: string | Uint8Array): void {
    if (this.#running) this.#pty.write(Buffer.from(keys), () => {});
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    if (this.#running) this.#pty.resize(cols, rows);
  }

  /** Resolves with the screen's text when it matches; fails with what the screen shows instead. */
  async waitForScreen(
    wanted: RegExp | ((screen: string) => boolean),
    options: { timeoutMs?: number } = {},
  ): Promise<string> {
    const matches = typeof wanted === 'function' ? wanted : (screen: string) => wanted.test(screen);
    return eventually(() => {
      const screen = this.screen();
      if (matches(screen)) return screen;
      throw new Error(`the screen never showed ${wanted}; it shows:\n${screen.trimEnd()}`);
    }, options);
  }

  async waitForExit(): Promise<{ readonly code: number; readonly signal: number }> {
    return within(this.exited, `the end of process ${this.pid}`);
  }

  /** Ends the program if it still runs. */
  dispose(): void {
    try {
      if (this.#running) process.kill(this.pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
    this.#disposed = true;
    this.terminal.dispose();
  }
}
