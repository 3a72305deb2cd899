import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { OutputFiles } from './output-files.ts';
import { OUTPUT_IN_MEMORY_BYTES } from './panes/pane-engine.ts';

export interface CommandResult {
  readonly status: number;
  readonly out: string;
  /** So many bytes of output are in a file instead; see OutputFiles. */
  readonly length?: number;
  readonly err: string;
  readonly attach?: { target: string; readOnly?: boolean; detachOthers?: boolean };
  readonly feed?: string;
}

/** Results of commands are kept for repetitions of the request, this many of the newest ones. */
const RESULTS_KEPT = 256;
/** A longer output is here only while the disk did not take it, and is not written: asked for again by the next daemon, the command runs again. Bytes. */
const OUTPUT_LIMIT_BYTES = OUTPUT_IN_MEMORY_BYTES;
/** The file is written anew when it has grown to this, bytes. */
const FILE_LIMIT_BYTES = 2 * 1024 * 1024;

/**
 * Recorded results of commands by operation id. Apart from the model's file, which is
 * replaced at every change and must stay small; a result counts only if the model's
 * file names its operation, so the two cannot disagree.
 */
export class ResultLog {
  readonly #path: string;
  readonly #outputs: OutputFiles;
  readonly #results = new Map<string, CommandResult>();
  #fileBytes = 0;

  constructor(path: string, outputs: OutputFiles) {
    this.#path = path;
    this.#outputs = outputs;
  }

  /** Reads the results of these operations; others in the file were never completed. */
  load(operations: readonly string[]): void {
    const counted = new Set(operations);
    let text = '';
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      // none yet
    }
    for (const line of text.split('\n')) {
      try {
        const [op, result] = JSON.parse(line) as [string, CommandResult];
        if (counted.has(op)) this.#results.set(op, result);
      } catch {
        // a torn line belongs to an operation that does not count
      }
    }
    this.#rewrite();
  }

  get(op: string): CommandResult | undefined {
    return this.#results.get(op);
  }

  operations(): string[] {
    return [...this.#results.keys()];
  }

  /** Written before the model that has the effects. @throws ENOSPC and the like */
  record(op: string, result: CommandResult): void {
    this.#results.set(op, result);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= RESULTS_KEPT) break;
      this.#results.delete(oldest);
      this.#outputs.drop(oldest);
    }
    if (result.out.length + result.err.length > OUTPUT_LIMIT_BYTES) return;
    const line = `${JSON.stringify([op, result])}\n`;
    this.#fileBytes += line.length;
    if (this.#fileBytes > FILE_LIMIT_BYTES) this.#rewrite();
    else appendFileSync(this.#path, line, { mode: 0o600 });
  }

  erase(): void {
    this.#results.clear();
    this.#outputs.erase();
    rmSync(this.#path, { force: true });
  }

  #rewrite(): void {
    const lines = [...this.#results]
      .filter(([, { out, err }]) => out.length + err.length <= OUTPUT_LIMIT_BYTES)
      .map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileAtomic(this.#path, lines);
    this.#fileBytes = lines.reduce((sum, line) => sum + line.length, 0);
  }
}
