import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { decodeChecked, encodeChecked } from '../base/checked-json.ts';
import type { Log } from '../base/log.ts';
import { keptPart } from '../model/kept-snapshot.ts';
import type { Server, ServerFacts } from '../model/server.ts';
import { restore, type Snapshot, snapshot } from '../model/snapshot.ts';
import { OutputFiles } from './output-files.ts';
import { type Origin, presentOrigin } from './restore/origin.ts';
import { type KeptSnapshot, SnapshotFolder } from './restore/snapshot-folder.ts';
import { type CommandResult, ResultLog } from './result-log.ts';

/** Changes that nobody waits for (titles, activity) are written together after this long, ms. */
const LAZY_SAVE_MS = 500;
/** A snapshot follows a save after this long: together they stay below a second, ms. */
const SNAPSHOT_DELAY_MS = 400;
/** How a file of 0.1.0 begins, which had no checksum. */
const UNCHECKED_START = '{"model":{';

interface StateFile {
  readonly model: Snapshot;
  /** Highest event of each attached client whose effect the model holds. */
  readonly events: Record<string, number>;
  /** Commands whose effects the model holds; their results are in the result log. */
  readonly operations: readonly string[];
  /** When it was written, ms since 1970. */
  readonly time?: number;
  readonly origin?: Origin;
  /** Incarnation of the holder whose effects these are. */
  readonly holder?: string;
}

/** The sessions of before. */
export interface Remembered {
  readonly server: Server;
  /** When they were written, ms since 1970. */
  readonly time: number;
  /** Where; undefined in a file of 0.1.0. */
  readonly origin: Origin | undefined;
  /** They come from a snapshot: what the holders keep may belong to sessions that it does not know. */
  readonly fromSnapshot: boolean;
  /** Incarnation of the holder of before, where it is known. */
  readonly holder: string | undefined;
}

/**
 * The daemon's memory across its own death: the model, the events and the commands that
 * it holds the effects of, in ONE file replaced atomically.
 * One file and not a log for each, since together they are a promise: what the file
 * says was done is done and is not done again; everything else may be asked again.
 * Beside it are snapshots of the model alone, which also outlive a power cut and this file.
 */
export class ModelStore {
  readonly events = new Map<string, number>();
  readonly snapshots: SnapshotFolder;
  readonly outputs: OutputFiles;
  readonly #results: ResultLog;
  readonly #path: string;
  readonly #endedPath: string;
  readonly #log: Log;
  #server: Server | undefined;
  #origin: Origin | undefined;
  #holder: () => string = () => '';
  #lazy: NodeJS.Timeout | undefined;
  /** Who waits for the save that a command holds up. */
  readonly #due: (() => void)[] = [];
  #snapshotDue: NodeJS.Timeout | undefined;
  #snapshotText = '';
  /** A snapshot is as old as the save that it follows: whichever file is newer counts. */
  #savedAt = 0;
  /** Why the last save failed; '' when it did not. */
  failure = '';
  /** What was found damaged, a sentence each, for whoever attaches first. */
  readonly damage: string[] = [];

  constructor(stateFolder: string, log: Log) {
    this.#path = join(stateFolder, 'sessions.json');
    this.#endedPath = join(stateFolder, 'ended');
    this.outputs = new OutputFiles(join(stateFolder, 'output'));
    this.#results = new ResultLog(join(stateFolder, 'results.journal'), this.outputs);
    this.snapshots = new SnapshotFolder(stateFolder, log);
    this.#log = log;
  }

  /**
   * The sessions of before, if there were any that did not end on purpose: the daemon's own
   * file, or the newest whole snapshot where that is newer (a power cut took the file's last
   * version) or the only one left. A damaged file is set aside and said, never guessed at.
   * @param onlyLook leaves the files as they are.
   */
  load(facts: ServerFacts, { onlyLook = false } = {}): Remembered | undefined {
    if (!onlyLook) this.#clearStaged();
    const own = this.#loadOwn(facts, onlyLook);
    const kept = this.#newestSnapshot(own?.time ?? this.#endedAt());
    if (!kept) return own;
    try {
      const server = restore(kept.model, facts);
      if (own) this.#log(`sessions.json is older than the snapshot ${kept.name}, which is used`);
      this.events.clear();
      return { server, time: kept.time, origin: kept.origin, fromSnapshot: true, holder: undefined };
    } catch (error) {
      this.#damaged(`the snapshot ${kept.name} cannot be used: ${(error as Error).message}`);
      return own;
    }
  }

  #loadOwn(facts: ServerFacts, onlyLook: boolean): Remembered | undefined {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    let state: StateFile;
    let server: Server;
    try {
      state = decodeChecked(bytes, UNCHECKED_START) as StateFile;
      server = restore(state.model, facts);
      for (const [client, seq] of Object.entries(state.events)) this.events.set(client, seq);
    } catch (error) {
      const where = onlyLook ? '' : ' and was set aside as sessions.json.damaged';
      if (!onlyLook) renameSync(this.#path, `${this.#path}.damaged`);
      this.#damaged(`${this.#path} is damaged${where}: ${(error as Error).message}`);
      return undefined;
    }
    try {
      if (!onlyLook) this.#results.load(state.operations);
    } catch (error) {
      this.#failed(error); // a full disk is no damage
    }
    const underWay = server.runs.allInterrupted().map(({ op }) => op);
    if (!onlyLook) this.outputs.keepOnly([...state.operations, ...underWay]);
    const time = state.time ?? statSync(this.#path).mtimeMs;
    return { server, time, origin: state.origin, fromSnapshot: false, holder: state.holder };
  }

  /** The newest whole snapshot that is newer than `time`. */
  #newestSnapshot(time: number): KeptSnapshot | undefined {
    const newest = this.snapshots.newest((name, why) =>
      this.#damaged(`the snapshot ${name} is damaged and was left out: ${why}`),
    );
    return newest && newest.time > time ? newest : undefined;
  }

  /** When the server was last ended on purpose: older sessions do not come back by themselves. */
  #endedAt(): number {
    try {
      return (decodeChecked(readFileSync(this.#endedPath)) as { time: number }).time;
    } catch {
      return 0;
    }
  }

  /** A save that was cut short by a SIGKILL leaves its half-written file. */
  #clearStaged(): void {
    const folder = dirname(this.#path);
    try {
      for (const name of readdirSync(folder))
        if (/^(sessions\.json|results\.journal|ended)\.\d+\.new$/.test(name)) rmSync(join(folder, name));
    } catch {
      // a folder that cannot be written has none of ours
    }
  }

  /** From here on `save` writes this server. @param holder incarnation of the present holder */
  attachServer(server: Server, holder: () => string = () => ''): void {
    this.#holder = holder;
    this.#server = server;
    this.#origin = presentOrigin(server.facts);
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
   * Writes all of it now: 0.1-0.3 ms, no fsync, so it survives every death of the process; the
   * snapshot that follows survives the host's. While a command is in the middle of a change it
   * waits for that to be done: the command is asked for again after a death, and would meet its own half.
   */
  save(): void {
    if (!this.#server || !this.#origin) {
      this.#settle();
      return;
    }
    if (this.#server.runs.changing) {
      if (this.#due.length === 0) this.#due.push(() => {});
      return;
    }
    clearTimeout(this.#lazy);
    this.#lazy = undefined;
    const state = {
      model: snapshot(this.#server),
      events: Object.fromEntries(this.events),
      operations: this.#results.operations(),
      time: this.#server.now(),
      origin: this.#origin,
      holder: this.#holder(),
    } satisfies StateFile;
    this.#savedAt = state.time;
    try {
      writeFileAtomic(this.#path, [encodeChecked(state)]);
      this.failure = '';
    } catch (error) {
      this.#failed(error);
    }
    this.#settle();
    this.#snapshotDue ??= setTimeout(() => void this.#keepSnapshot(), SNAPSHOT_DELAY_MS);
  }

  #settle(): void {
    for (const resolve of this.#due.splice(0)) resolve();
  }

  /** Saves, and resolves when the snapshot is on the disk too: the daemon ends. */
  async saveLast(): Promise<void> {
    await this.saved();
    await this.#keepSnapshot();
  }

  async #keepSnapshot(): Promise<void> {
    // What waits to be saved is in the model already: the two files must not differ.
    if (this.#lazy) this.save();
    clearTimeout(this.#snapshotDue);
    this.#snapshotDue = undefined;
    if (!this.#server || !this.#origin || this.#server.sessions.size === 0) return;
    if (this.#server.runs.changing) return; // a save follows, and with it the next snapshot
    const kept = keptPart(snapshot(this.#server));
    const text = JSON.stringify(kept);
    if (text === this.#snapshotText) return;
    this.#snapshotText = text;
    await this.snapshots.save(JSON.parse(text) as Snapshot, this.#origin, this.#savedAt);
  }

  #damaged(what: string): void {
    this.damage.push(what);
    this.#log(what);
  }

  #failed(error: unknown): void {
    const why = (error as Error).message;
    if (why !== this.failure) this.#log(`cannot save the sessions: ${why}`);
    this.failure = why;
  }

  /** Forgets everything but the snapshots: the server has ended with its sessions, and the next one begins with nothing. */
  erase(): void {
    clearTimeout(this.#lazy);
    clearTimeout(this.#snapshotDue);
    const server = this.#server;
    this.#server = undefined;
    this.#settle();
    try {
      if (server)
        writeFileAtomic(this.#endedPath, [encodeChecked({ time: server.now() })], { durable: true });
    } catch (error) {
      this.#failed(error);
    }
    rmSync(this.#path, { force: true });
    this.#results.erase();
  }

  /** Writes soon; for what only changes how things look. */
  saveLazily(): void {
    this.#lazy ??= setTimeout(() => this.save(), LAZY_SAVE_MS);
  }
}
