import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { ShellState } from '../../model/shell-state.ts';

/** Shells report several things at each prompt; they are written together after this long, ms. Before a flood could fill a checkpoint, behind which no report comes again. */
const SAVE_MS = 50;
/** What was written survives a power cut after this time, ms. */
const SYNC_MS = 1000;

const stateSchema = v.object({
  shell: v.picklist(['', 'bash', 'zsh', 'fish']),
  cwd: v.string(),
  variables: v.record(v.string(), v.string()),
  redacted: v.array(v.string()),
  umask: v.optional(v.number()),
  command: v.string(),
  phase: v.picklist(['starting', 'prompt', 'running']),
  status: v.optional(v.number()),
  startedAt: v.number(),
  finishedAt: v.number(),
  recent: v.array(v.string()),
  number: v.number(),
});

/** In a file: a line with the JSON's digest, since a flipped bit may well leave valid JSON, and then the JSON. `op`: the spawn of the shell that the state is of; numbers of reports begin anew with each. */
const fileSchema = v.object({ version: v.literal(1), op: v.string(), state: stateSchema });

export interface KeptShell {
  readonly op: string;
  readonly state: ShellState;
}

/**
 * What is known of the panes' shells, a file for each beside the sessions and not in their
 * one file: that is written at nearly every key, and environments are larger than all of it.
 */
export class EnvironmentStore implements Disposable {
  readonly #folder: string;
  readonly #log: Log;
  readonly #dirty = new Map<string, KeptShell>();
  #timer: NodeJS.Timeout | undefined;
  /** Written, but for all that is known not on the disk itself. */
  readonly #unsynced = new Set<string>();
  #syncTimer: NodeJS.Timeout | undefined;
  #failure = '';

  constructor(stateFolder: string, log: Log) {
    this.#folder = join(stateFolder, 'environments');
    this.#log = log;
  }

  /** undefined for a pane that nothing is known of; a damaged file is said and counts as nothing. */
  load(pane: string): KeptShell | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path(pane), 'utf8');
    } catch {
      return undefined;
    }
    try {
      const { op, state } = v.parse(fileSchema, JSON.parse(checked(text)));
      return { op, state: { ...state, umask: state.umask, status: state.status } };
    } catch (error) {
      this.#log(`the environment of pane ${pane} is damaged and left out: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Writes soon. */
  save(pane: string, kept: KeptShell): void {
    this.#dirty.set(pane, kept);
    this.#timer ??= setTimeout(() => this.flush(), SAVE_MS);
  }

  /** Writes now what is still to be written. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [pane, { op, state }] of this.#dirty) {
      try {
        mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
        const json = JSON.stringify({ version: 1, op, state });
        writeFileAtomic(this.#path(pane), [`${digest(json)}\n${json}`]);
        this.#failure = '';
        this.#unsynced.add(pane);
        this.#syncTimer ??= setTimeout(() => void this.#sync(), SYNC_MS);
      } catch (error) {
        const why = (error as Error).message;
        if (why !== this.#failure) this.#log(`cannot save environments: ${why}`);
        this.#failure = why;
      }
    }
    this.#dirty.clear();
  }

  /** The pane has ended. */
  remove(pane: string): void {
    this.#dirty.delete(pane);
    rmSync(this.#path(pane), { force: true });
  }

  /** Removes what was kept of other panes: they ended while no daemon ran. */
  keepOnly(panes: ReadonlySet<string>): void {
    try {
      for (const name of readdirSync(this.#folder))
        if (!panes.has(name.replace(/\.json$/, ''))) rmSync(join(this.#folder, name), { force: true });
    } catch {
      // no folder yet
    }
  }

  dispose(): void {
    this.flush();
    clearTimeout(this.#syncTimer);
  }

  /** Beside the thread that resolves keys: it may take long. */
  async #sync(): Promise<void> {
    this.#syncTimer = undefined;
    const paths = [...this.#unsynced].map((pane) => this.#path(pane));
    this.#unsynced.clear();
    for (const path of [...paths, this.#folder]) {
      try {
        const file = await open(path);
        await file.sync().finally(() => file.close());
      } catch {
        // the pane has ended meanwhile, or the disk refuses, which the next save tells
      }
    }
  }

  #path(pane: string): string {
    return join(this.#folder, `${pane}.json`);
  }
}

function digest(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

/** The JSON of a file's text. @throws where it is not what was written */
function checked(text: string): string {
  const end = text.indexOf('\n');
  const json = text.slice(end + 1);
  if (end < 0 || digest(json) !== text.slice(0, end)) throw new Error('its digest is another');
  return json;
}
