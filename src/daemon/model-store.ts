import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Log } from '../base/log.ts';
import type { Server, ServerFacts } from '../model/server.ts';
import { restore, type Snapshot, snapshot } from '../model/snapshot.ts';
import { type CommandResult, ResultLog } from './result-log.ts';

/** Changes that nobody waits for (titles, activity) are written together after this long, ms. */
const LAZY_SAVE_MS = 500;

interface StateFile {
  readonly model: Snapshot;
  /** Highest event of each attached client whose effect the model holds. */
  readonly events: Record<string, number>;
  /** Commands whose effects the model holds; their results are in the result log. */
  readonly operations: readonly string[];
}

/**
 * The daemon's memory across its own death: the model, the events and the commands that
 * it holds the effects of, in ONE file replaced atomically.
 * One file and not a log for each, since together they are a promise: what the file
 * says was done is done and is not done again; everything else may be asked again.
 */
export class ModelStore {
  readonly events = new Map<string, number>();
  readonly #results: ResultLog;
  readonly #path: string;
  readonly #log: Log;
  #server: Server | undefined;
  #lazy: NodeJS.Timeout | undefined;
  /** Who waits for the save that a command holds up. */
  readonly #due: (() => void)[] = [];
  /** Why the last save failed; '' when it did not. */
  failure = '';
  /** The file was damaged: what the holders keep belongs to sessions that nobody knows any more. */
  damaged = false;

  constructor(stateFolder: string, log: Log) {
    this.#path = join(stateFolder, 'sessions.json');
    this.#results = new ResultLog(join(stateFolder, 'results.journal'));
    this.#log = log;
  }

  /** The model of before, if there is one; a damaged file is set aside and said, never guessed at. */
  load(facts: ServerFacts): Server | undefined {
    this.#clearStaged();
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    let state: StateFile;
    let server: Server;
    try {
      state = JSON.parse(text) as StateFile;
      server = restore(state.model, facts);
      for (const [client, seq] of Object.entries(state.events)) this.events.set(client, seq);
    } catch (error) {
      this.damaged = true;
      renameSync(this.#path, `${this.#path}.damaged`);
      this.#log(`${this.#path} is damaged and was set aside as sessions.json.damaged: ${String(error)}`);
      return undefined;
    }
    try {
      this.#results.load(state.operations);
    } catch (error) {
      this.#failed(error); // a full disk is no damage
    }
    return server;
  }

  /** A save that was cut short by a SIGKILL leaves its half-written file. */
  #clearStaged(): void {
    const folder = dirname(this.#path);
    try {
      for (const name of readdirSync(folder))
        if (/^(sessions\.json|results\.journal)\.\d+\.new$/.test(name)) rmSync(join(folder, name));
    } catch {
      // a folder that cannot be written has none of ours
    }
  }

  /** From here on `save` writes this server. */
  attachServer(server: Server): void {
    this.#server = server;
    server.runs.settled.on(() => {
      if (this.#due.length > 0) this.save();
    });
  }

  result(op: string): CommandResult | undefined {
    return this.#results.get(op);
  }

  /** A command has ended with this result; to be saved together with the model. */
  record(op: string, result: CommandResult): void {
    try {
      this.#results.record(op, result);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Resolves when the file has all that the model holds now: at once, or when no command is in the middle of a change. */
  saved(): Promise<void> {
    return new Promise((resolve) => {
      this.#due.push(resolve);
      this.save();
    });
  }

  /**
   * Writes all of it now: 0.1-0.3 ms, no fsync, so it survives every death of the process but
   * not the host's. While a command is in the middle of a change it waits for that to be done:
   * the command is asked for again after a death, and would meet its own half.
   */
  save(): void {
    if (!this.#server) {
      this.#settle();
      return;
    }
    if (this.#server.runs.changing) {
      if (this.#due.length === 0) this.#due.push(() => {});
      return;
    }
    clearTimeout(this.#lazy);
    this.#lazy = undefined;
    const state: StateFile = {
      model: snapshot(this.#server),
      events: Object.fromEntries(this.events),
      operations: this.#results.operations(),
    };
    try {
      writeFileAtomic(this.#path, [JSON.stringify(state)]);
      this.failure = '';
    } catch (error) {
      this.#failed(error);
    }
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#due.splice(0)) resolve();
  }

  #failed(error: unknown): void {
    const why = (error as Error).message;
    if (why !== this.failure) this.#log(`cannot save the sessions: ${why}`);
    this.failure = why;
  }

  /** Forgets everything: the server has ended with its sessions, and the next one begins with nothing. */
  erase(): void {
    clearTimeout(this.#lazy);
    this.#server = undefined;
    this.#settle();
    rmSync(this.#path, { force: true });
    this.#results.erase();
  }

  /** Writes soon; for what only changes how things look. */
  saveLazily(): void {
    this.#lazy ??= setTimeout(() => this.save(), LAZY_SAVE_MS);
  }
}
