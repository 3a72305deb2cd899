import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CheckpointNote, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import { HistoryFile } from './history-file.ts';

/** What a checkpoint knows, and where the output goes on. */
export interface Recovered {
  readonly note: CheckpointNote;
  readonly state: Uint8Array;
}

/** Removes what was kept of panes that no longer exist: they ended while the daemon was being killed. */
export function eraseRecoveryExcept(folder: string, panes: ReadonlySet<string>): void {
  try {
    for (const name of readdirSync(folder))
      if (!panes.has(name.replace(/\.checkpoint.*$/, '')))
        rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // no folder yet, or one that cannot be written: what is left over does no harm
  }
}

/** A pane's files in the recovery folder: the checkpoint and the history that it refers to. */
export class PaneRecovery {
  readonly history: HistoryFile;
  readonly recovered: Recovered | undefined;
  /** Why the checkpoint that was found cannot be used. */
  readonly refused: string | undefined;
  readonly #path: string;

  /** @param historyLines lines to be kept on disk. */
  constructor(folder: string, pane: string, historyLines: number) {
    this.#path = join(folder, `${pane}.checkpoint`);
    const lines = join(folder, pane);
    try {
      this.recovered = readCheckpoint(this.#path);
      this.history = new HistoryFile(lines, historyLines, this.recovered?.note.history);
    } catch (error) {
      this.refused = (error as Error).message;
      this.recovered = undefined;
      this.history = new HistoryFile(lines, historyLines);
    }
  }

  /**
   * Makes an emulator's state last, history first, so that the mark is never ahead
   * of the lines. Returns the reason when the disk refuses, undefined when it is done.
   */
  save(state: readonly Uint8Array[], note: Omit<CheckpointNote, 'history'>): string | undefined {
    if (!this.history.flush()) return this.history.failure;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeCheckpoint(this.#path, { ...note, history: this.history.mark }, state);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  dispose(options: { erase: boolean }): void {
    this.history.dispose(options);
    if (options.erase) rmSync(this.#path, { force: true });
  }
}
