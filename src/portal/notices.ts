import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Log } from '../base/log.ts';

/**
 * Lines for the user beside a program that may be drawing on the same terminal. They are
 * told at once where the terminal takes whole lines; a screen or a line that somebody
 * edits is left alone, and they follow when the program has ended. The log has all of them.
 */
export class Notices {
  readonly #write: (line: string) => void;
  readonly #log: Log;
  readonly #kept: string[] = [];
  #isRunning = false;

  constructor(write: (line: string) => void, log: Log) {
    this.#write = write;
    this.#log = log;
  }

  /** The program has the terminal from now on. */
  programStarts(): void {
    this.#isRunning = true;
  }

  programEnded(): void {
    this.#isRunning = false;
    for (const line of this.#kept.splice(0)) this.#write(line);
  }

  tell(line: string): void {
    this.#log(line);
    if (!this.#isRunning || !process.stderr.isTTY) this.#write(line);
    else
      void terminalIsFree().then((free) => {
        if (free || !this.#isRunning) this.#write(line);
        else this.#kept.push(line);
      });
  }

  /** The same for what is of interest only now. */
  async tellNow(line: () => string): Promise<void> {
    if (process.stderr.isTTY && (await terminalIsFree())) this.#write(line());
  }
}

/** Whether standard error's terminal takes whole lines: who draws a screen, or edits a line, has changed that. */
async function terminalIsFree(): Promise<boolean> {
  const stty = spawn('stty', ['-a'], { stdio: [process.stderr.fd, 'pipe', 'ignore'] });
  stty.on('error', () => {}); // no stty: it cannot be known
  return stty.stdout !== null && /(^|\s)icanon/.test(await text(stty.stdout));
}
