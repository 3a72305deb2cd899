import type { Log } from '../../base/log.ts';
import { packageVersion } from '../../base/package-root.ts';
import { Emulator, LIVE_SCROLLBACK } from '../../term/emulator/emulator.ts';
import type { ProgramEvent } from '../../term/emulator/program-events.ts';
import type { CheckpointNote } from './checkpoint-file.ts';
import { replayTail, startBelow } from './last-screen.ts';
import type { PaneOptions } from './pane-engine.ts';
import type { PaneRecovery } from './pane-recovery.ts';

export interface PaneEmulatorHost {
  /** The program did something that others are told of. */
  happened(event: ProgramEvent): void;
  readonly log: Log;
}

/**
 * A pane's emulator, and how it comes to the screen of an earlier daemon: by the checkpoint,
 * the output since, and the line below which a new shell begins. Another emulator takes its
 * place where a checkpoint turns out to be damaged half way.
 */
export class PaneEmulator {
  /** Rows of scrollback that stay in the emulator. */
  readonly scrollback: number;
  readonly #pane: string;
  readonly #size: { readonly cols: number; readonly rows: number };
  readonly #recovery: PaneRecovery;
  readonly #host: PaneEmulatorHost;
  #current: Emulator;
  /** What is parsed is of the past: nothing is told of it. */
  #replaying = false;

  constructor(
    { pane, cols, rows, historyLimit }: PaneOptions,
    recovery: PaneRecovery,
    host: PaneEmulatorHost,
  ) {
    this.#pane = pane;
    this.#size = { cols, rows };
    this.#recovery = recovery;
    this.#host = host;
    this.scrollback = liveLines(historyLimit);
    this.#current = this.#emulate();
  }

  get current(): Emulator {
    return this.#current;
  }

  /**
   * The screen of the checkpoint; returns what is noted with it, undefined where there is no usable one.
   * @param op the program that runs now: of an earlier one the output after the checkpoint is shown too
   */
  restore(op: string): CheckpointNote | undefined {
    const note = this.#restoreCheckpoint();
    if (note?.op !== op) this.#replayTail(op);
    return note;
  }

  /** A new program begins below what is there. */
  startBelow(line: string): void {
    startBelow(this.#current, line);
  }

  dispose(): void {
    this.#current.dispose();
  }

  #emulate(): Emulator {
    const emulator = new Emulator({
      ...this.#size,
      sink: this.#recovery.history,
      version: packageVersion(),
      scrollback: this.scrollback,
      fault: (error) => this.#log(`output could not be emulated: ${error.stack}`),
    });
    emulator.events.on((event) => {
      if (!this.#replaying) this.#host.happened(event);
    });
    return emulator;
  }

  #restoreCheckpoint(): CheckpointNote | undefined {
    const { recovered } = this.#recovery;
    if (!recovered) return undefined;
    try {
      this.#current.restoreState(recovered.state);
      return recovered.note;
    } catch (error) {
      this.#log(`starts without its screen: ${(error as Error).message}`);
      this.#current.dispose();
      this.#current = this.#emulate();
      return undefined;
    }
  }

  /** The last output of a program that no holder has any more; what it meant was told at the time. */
  #replayTail(op: string): void {
    const tail = this.#recovery.readTail();
    if (tail.op === op) return;
    this.#replaying = true;
    replayTail(this.#current, tail);
    this.#replaying = false;
    if (tail.damaged > 0) this.#log(`${tail.damaged} damaged parts of its last output were left out`);
  }

  #log(line: string): void {
    this.#host.log(`pane ${this.#pane}: ${line}`);
  }
}

/** Of the lines that a pane may keep, those that stay in the emulator; the others go to disk. */
export function liveLines(historyLimit: number): number {
  return Math.min(LIVE_SCROLLBACK, historyLimit);
}
