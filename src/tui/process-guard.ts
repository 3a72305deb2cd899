import type { Disposable } from '../base/disposable.ts';

/** Why the program must end: asked by SIGTERM or SIGINT, or its terminal is gone. */
export type ProcessEnd = 'terminated' | 'hangup';

export interface GuardedTerminal {
  /** Puts the terminal back, synchronously; may be called more than once. */
  restore(): void;
  /** SIGTSTP came from outside. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
  end(why: ProcessEnd, signal: NodeJS.Signals): void;
}

/**
 * Ties a terminal's restoration to every end that a process can see coming: exit, an
 * uncaught exception (before its trace is printed, which the alternate screen would
 * swallow), SIGTERM, SIGINT, SIGHUP.
 */
export class ProcessGuard {
  readonly #listeners: readonly (readonly [event: string, listener: () => void])[];
  readonly #suspend: () => void;
  #installed = false;

  constructor(terminal: GuardedTerminal) {
    this.#suspend = () => terminal.suspend();
    this.#listeners = [
      ['exit', () => terminal.restore()],
      ['uncaughtExceptionMonitor', () => terminal.restore()],
      ['SIGTERM', () => terminal.end('terminated', 'SIGTERM')],
      ['SIGINT', () => terminal.end('terminated', 'SIGINT')],
      ['SIGHUP', () => terminal.end('hangup', 'SIGHUP')],
      ['SIGTSTP', this.#suspend],
      ['SIGCONT', () => terminal.resume()],
    ];
  }

  install(): Disposable {
    this.#installed = true;
    for (const [event, listener] of this.#listeners) process.on(event, listener);
    return {
      dispose: () => {
        this.#installed = false;
        for (const [event, listener] of this.#listeners) process.removeListener(event, listener);
      },
    };
  }

  /**
   * Stops this process as the default action of SIGTSTP does. Not SIGSTOP: without job
   * control nobody would continue it, and there the kernel ignores SIGTSTP.
   */
  stop(): void {
    process.removeListener('SIGTSTP', this.#suspend);
    process.kill(process.pid, 'SIGTSTP');
    // Ours again when the program runs on.
    setImmediate(() => {
      if (this.#installed) process.on('SIGTSTP', this.#suspend);
    });
  }
}
