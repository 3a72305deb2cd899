import type { Disposable } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import type { MouseState } from './client.ts';

/** Where a list of commands stands that is being carried out: the next daemon goes on from here. */
export interface RunData {
  readonly op: string;
  /** Who asks again when the daemon has gone: the command line or the client that did, or nobody, and then the daemon goes on by itself. */
  readonly asker: 'command-line' | 'client' | 'nobody';
  /** Commands that are still to be carried out as text, the present one first. */
  readonly rest: string;
  /** Ids that had been derived from `op` when the present command began. */
  readonly derived: number;
  readonly output: readonly string[];
  /** Bytes of output before that, which are in the operation's file. */
  readonly filed?: number;
  readonly errors: readonly string[];
  readonly status: number;
  /** Numbers of session and pane that commands without -t work on. */
  readonly current?: { readonly session: number; readonly pane: number };
  /** Id of the attached client. */
  readonly client?: string;
  readonly interactive: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly callerPane: string;
  readonly mouse?: MouseState;
  readonly input?: string;
  readonly size?: { readonly cols: number; readonly rows: number };
  readonly hook?: Readonly<Record<string, string>>;
  /** The command line is to attach itself after. */
  readonly attach?: { readonly target: string; readonly readOnly?: boolean; readonly detachOthers?: boolean };
  /** The command line is to print its standard input in this pane after, `%3`. */
  readonly feed?: string;
}

/**
 * The lists of commands that are under way. They are part of the model, since a model
 * that holds half of a list's effects must also say which half: whoever asks for the
 * list again gets the rest of it. While a command changes the model nothing may be
 * saved; it may while the command waits for something outside, before its first change.
 */
export class Runs {
  /** No command is in the middle of a change any more. */
  readonly settled = new Signal<void>();
  readonly #live = new Map<string, () => RunData>();
  readonly #interrupted = new Map<string, RunData>();
  #changing = 0;

  get changing(): boolean {
    return this.#changing > 0;
  }

  /** @param describe where the list stands now; asked for when nothing changes */
  begin(op: string, describe: () => RunData): Disposable {
    this.#live.set(op, describe);
    return { dispose: () => this.end(op) };
  }

  /** The list is done with, and what asked for it knows its result. */
  end(op: string): void {
    this.#live.delete(op);
    this.#interrupted.delete(op);
  }

  /** A list that an earlier daemon left in the middle. */
  interrupted(op: string): RunData | undefined {
    return this.#interrupted.get(op);
  }

  allInterrupted(): RunData[] {
    return [...this.#interrupted.values()];
  }

  /** Takes an interrupted list up: it is a live one from here on. */
  take(op: string): RunData | undefined {
    const found = this.#interrupted.get(op);
    this.#interrupted.delete(op);
    return found;
  }

  /** Carries out one command: all of it or nothing is saved. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#changing++;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Within a change that has not changed anything yet: waits for something outside, and what else happens may be saved. */
  async wait<T>(work: Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await work;
    } finally {
      this.#changing++;
    }
  }

  data(): RunData[] {
    return [...this.#interrupted.values(), ...[...this.#live.values()].map((describe) => describe())];
  }

  restore(runs: readonly RunData[]): void {
    for (const run of runs) this.#interrupted.set(run.op, run);
  }

  #leave(): void {
    if (--this.#changing === 0) this.settled.emit();
  }
}
