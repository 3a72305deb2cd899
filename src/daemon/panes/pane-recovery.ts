import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { type CheckpointNote, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import { HistoryFile } from './history-file.ts';
import { OutputTail, readTail, type Tail, type TailPaths } from './output-tail.ts';

/** What a checkpoint knows, and where the output goes on. */
export interface Recovered {
  readonly note: CheckpointNote;
  readonly state: Uint8Array;
}

/** Removes what was kept of panes that no longer exist: they ended while the daemon was being killed. */
export function eraseRecoveryExcept(folder: string, panes: ReadonlySet<string>): void {
  try {
    for (const name of readdirSync(folder))
      if (!panes.has(name.replace(/\.(checkpoint|tail).*$/, '')))
        rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // no folder yet, or one that cannot be written: what is left over does no harm
  }
}

/** A pane's files in the recovery folder: the checkpoint, the history that it refers to, and the output since. */
export class PaneRecovery {
  readonly history: HistoryFile;
  readonly recovered: Recovered | undefined;
  /** Why the newest checkpoint cannot be used; the one before may have been. */
  readonly refused: string | undefined;
  readonly tail: OutputTail;
  readonly #paths: TailPaths;

  /** @param historyLines lines to be kept on disk. */
  constructor(folder: string, pane: string, historyLines: number, log: Log) {
    const checkpoint = join(folder, `${pane}.checkpoint`);
    const durable = `${checkpoint}.durable`;
    const lines = join(folder, pane);
    for (const path of [checkpoint, durable]) {
      try {
        this.recovered = readCheckpoint(path);
        if (!this.recovered) continue;
        break;
      } catch (error) {
        this.refused ??= (error as Error).message;
        this.recovered = undefined;
      }
    }
    const mark = this.recovered?.note.history;
    try {
      this.history = new HistoryFile(lines, historyLines, mark);
    } catch (error) {
      // Damaged lines cost the history, not the screen: it goes on in another generation.
      this.refused ??= (error as Error).message;
      const generation = (mark?.generation ?? 0) + 1;
      this.history = new HistoryFile(lines, historyLines, { generation, next: 0, segment: 0, bytes: 0 });
    }
    this.#paths = {
      ...{ checkpoint, durable, tail: join(folder, `${pane}.tail`) },
      unsynced: this.history.unsynced,
    };
    this.tail = new OutputTail(this.#paths, (line) => log(`pane ${pane}: ${line}`));
  }

  /** What was printed after the checkpoint, as far as it was synced. */
  readTail(): Tail {
    return readTail(this.#paths.tail, this.recovered?.note.op, this.recovered?.note.offset ?? 0);
  }

  /**
   * Makes an emulator's state last, history first, so that the mark is never ahead
   * of the lines. Returns the reason when the disk refuses, undefined when it is done.
   */
  save(state: readonly Uint8Array[], note: Omit<CheckpointNote, 'history'>): string | undefined {
    if (!this.history.flush()) return this.history.failure;
    try {
      mkdirSync(dirname(this.#paths.checkpoint), { recursive: true, mode: 0o700 });
      writeCheckpoint(this.#paths.checkpoint, { ...note, history: this.history.mark }, state);
      this.tail.covered();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  dispose(options: { erase: boolean }): void {
    this.history.dispose(options);
    this.tail.dispose(options);
    if (options.erase) rmSync(this.#paths.checkpoint, { force: true });
  }
}
