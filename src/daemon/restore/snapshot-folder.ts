import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeChecked, encodeChecked } from '../../base/checked-json.ts';
import type { Log } from '../../base/log.ts';
import { structureOf } from '../../model/kept-snapshot.ts';
import { SNAPSHOT_VERSION, type Snapshot } from '../../model/snapshot.ts';
import type { Origin } from './origin.ts';

/** Older ones go. */
const SNAPSHOTS_KEPT = 20;
/** The file's name is when its structure was first seen, ms since 1970, so that names sort by age. */
const NAME = /^(\d{13})\.json$/;

export interface KeptSnapshot {
  readonly name: string;
  /** When it was last brought up to date, ms since 1970. */
  readonly time: number;
  readonly origin: Origin;
  /** Digest of what makes it another one than its neighbours. */
  readonly structure: string;
  readonly model: Snapshot;
}

type DamageListener = (name: string, why: string) => void;

/**
 * The last twenty different states of the sessions, a file each: a damaged one costs
 * itself alone. Written with fsync and outside of the event loop, since these are what is
 * left after a power cut; the daemon's own memory (sessions.json) is not synced, because
 * it is written at each command.
 */
export class SnapshotFolder {
  readonly #folder: string;
  readonly #log: Log;
  /** Newest one that was written or found, '' before the first look. */
  #newest: { readonly name: string; readonly structure: string } | undefined;
  #looked = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(stateFolder: string, log: Log) {
    this.#folder = join(stateFolder, 'snapshots');
    this.#log = log;
  }

  /** Those that are whole, newest first. Each that is not is told to `damaged` and stays where it is. */
  list(damaged?: DamageListener): KeptSnapshot[] {
    return [...this.#whole(damaged)];
  }

  /** The newest whole one; older ones are not even read. */
  newest(damaged?: DamageListener): KeptSnapshot | undefined {
    for (const kept of this.#whole(damaged)) return kept;
    return undefined;
  }

  /** Writes the model as the newest snapshot, in the place of the one before where only folders, titles and sizes differ. */
  save(model: Snapshot, origin: Origin, time: number): Promise<void> {
    const text = structureOf(model);
    const structure = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.#writing = this.#writing
      .then(() => this.#write({ time, origin, structure, model }))
      .catch((error: unknown) => this.#log(`cannot keep a snapshot of the sessions: ${String(error)}`));
    return this.#writing;
  }

  /** Resolves when what was to be saved is on the disk. */
  idle(): Promise<void> {
    return this.#writing;
  }

  async #write(kept: Omit<KeptSnapshot, 'name'>): Promise<void> {
    if (!this.#looked) {
      this.#newest = this.newest();
      this.#looked = true;
    }
    const before = this.#newest;
    const name =
      before?.structure === kept.structure
        ? before.name
        : `${Math.max(kept.time, Number(before?.name.slice(0, 13) ?? 0) + 1)}.json`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeDurably(this.#folder, name, encodeChecked(kept));
    this.#newest = { name, structure: kept.structure };
    for (const old of this.#names().slice(0, -SNAPSHOTS_KEPT))
      rmSync(join(this.#folder, old), { force: true });
  }

  *#whole(damaged: DamageListener = () => {}): Generator<KeptSnapshot> {
    for (const name of this.#names().reverse()) {
      let kept: KeptSnapshot | undefined;
      try {
        kept = read(join(this.#folder, name), name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') damaged(name, (error as Error).message);
      }
      if (kept) yield kept;
    }
  }

  /** Oldest first. */
  #names(): string[] {
    try {
      return readdirSync(this.#folder)
        .filter((name) => NAME.test(name))
        .sort();
    } catch {
      return [];
    }
  }
}

function read(path: string, name: string): KeptSnapshot {
  const kept = decodeChecked(readFileSync(path)) as Omit<KeptSnapshot, 'name'>;
  if (kept.model.version !== SNAPSHOT_VERSION)
    throw new Error(`it is of format ${kept.model.version}, and this zmx reads ${SNAPSHOT_VERSION}`);
  return { ...kept, name };
}

/** As writeFileAtomic with `durable`, without holding up the event loop for the disk. */
async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const staged = join(folder, `${name}.new`);
  try {
    const file = await open(staged, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staged, join(folder, name));
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
