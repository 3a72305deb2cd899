import { nanoid } from 'nanoid';
import type { PathChange } from '../../protocol/file-codec.ts';
import type { BytePath, FileAttributes, FileVersion, PrefetchBatch } from '../../protocol/file-types.ts';
import { parentOf } from './byte-path.ts';
import type { Effect, Stopped } from './effects.ts';
import { type FileTree, isRegular, sameVersion, versionOf } from './file-tree.ts';
import { QuietMark } from './quiet-mark.ts';
import { RecentFiles } from './recent-files.ts';
import { defaultMaxWatches, TreeWatch } from './tree-watch.ts';

/** Changes are told at most this often: a program that writes a log line by line is not a flood of messages. */
const TELL_INTERVAL_MS = 10;
/** With more changed entries than this, a folder is told as a whole. */
const MAX_TOLD_PER_FOLDER = 256;
/** With more in all, the whole tree is. */
const MAX_TOLD = 10_000;
/** The attributes of so many paths are looked up for one telling; the others are told without. */
const MAX_LOOKED_UP = 1024;

/** File times tick every 1-10 ms: a change so soon after another may leave the same times. */
const TICK_NS = 20_000_000n;
/** Files that were told of within a tick of their change; the oldest are forgotten. */
const MAX_RACY = 4096;

export interface Telling {
  readonly clock: number;
  readonly changes: readonly PathChange[];
  readonly files: PrefetchBatch['files'];
  readonly renewed: boolean;
  readonly watched: boolean;
}

/** What a mutation of the session's own has come to. */
export interface Own {
  readonly clock: number;
  readonly touched: readonly PathChange[];
  readonly stopped: Stopped | undefined;
}

/**
 * The change clock of one session, and what moves it: changes by others, told as they
 * are seen, and the session's own mutations, told in their replies only. Whatever is
 * looked up after `cover` carries a clock that a later change of it exceeds.
 */
export class ChangeFeed {
  /** Another one at each start: a clock means nothing beyond it. */
  readonly incarnation = nanoid();
  readonly #tree: FileTree;
  readonly #maxWatches: number;
  readonly #tell: (telling: Telling) => void;
  /** Files with more names than one that the client knows: a change through a name outside makes no event. */
  readonly #linked = new Map<BytePath, FileVersion>();
  /** Versions that another change could hide behind, as the client knows them. */
  readonly #racy = new Map<BytePath, FileVersion>();
  #watch: TreeWatch | undefined;
  /** Begins with the time in µs, so that it is ahead of every clock of a former incarnation. */
  #clock = Date.now() * 1000;
  #pending = new Map<BytePath, boolean>();
  readonly #recent: RecentFiles;
  #timer: NodeJS.Timeout | undefined;
  #toldAt = 0;
  #told = false;
  readonly #quiet: QuietMark;
  /** Calls of `work` under way, one within the other. */
  #working = 0;

  constructor(
    tree: FileTree,
    tell: (telling: Telling) => void,
    maxWatches = defaultMaxWatches(),
    quiet = new QuietMark(),
  ) {
    this.#quiet = quiet;
    this.#maxWatches = maxWatches;
    this.#tree = tree;
    this.#recent = new RecentFiles(tree);
    this.#tell = tell;
    this.#begin();
  }

  get clock(): number {
    return this.#clock;
  }

  /** Whether changes by others are seen. */
  get watched(): boolean {
    return this.#watch !== undefined;
  }

  /** Everything that looks at the tree or changes what is known of it runs in here, so that others know when it rests. */
  work<T>(run: () => T): T {
    this.#working++;
    this.#quiet.works();
    try {
      return run();
    } finally {
      this.#working--;
      if (this.#working === 0 && this.#watch && this.#hasToldAll())
        this.#quiet.rests(this.#watch.descriptor, this.#clock);
    }
  }

  /** From now on changes in this folder are seen; to be called before it is looked at. */
  cover(folder: BytePath): void {
    try {
      this.#watch?.cover(folder);
    } catch {
      // no watches left: better none than some, since the client must know what it can rely on
      this.#end();
      this.#renew();
    }
  }

  /** The client is told these attributes. */
  served(path: BytePath, attributes: FileAttributes): void {
    if (!isRegular(attributes)) return;
    if (attributes.nlink > 1) this.#linked.set(path, versionOf(attributes));
    else this.#linked.delete(path);
    if (attributes.ctime < BigInt(Date.now()) * 1_000_000n - TICK_NS) return;
    this.#racy.delete(path);
    this.#racy.set(path, versionOf(attributes));
    if (this.#racy.size > MAX_RACY) this.#racy.delete(this.#racy.keys().next().value!);
  }

  /**
   * Runs a mutation of the session's own. Its events are not told, its paths' new attributes returned; since
   * the client knows them then, and a new folder to be empty, their folders are watched from now on.
   */
  own(mutate: () => Effect): Own {
    return this.work(() => this.#own(mutate));
  }

  #own(mutate: () => Effect): Own {
    this.#drain();
    const effect = mutate();
    for (const path of effect.touched) this.cover(parentOf(path));
    if (effect.folder !== undefined) this.#coverNew(effect.folder);
    const relatives = this.#relatives(effect.touched);
    this.#drain(new Set(effect.aside === undefined ? effect.touched : [...effect.touched, effect.aside]));
    this.#clock += 1;
    const touched: PathChange[] = [];
    for (const path of [...effect.touched, ...relatives]) {
      const attributes = this.#look(path);
      if (attributes !== undefined) touched.push({ path, tree: false, attributes });
    }
    const now = touched[0]?.attributes;
    if (effect.written && !(now && sameVersion(effect.written, now))) this.#note(effect.touched[0]!, false);
    return { clock: this.#clock, touched, stopped: effect.stopped };
  }

  /** Somebody may have been faster than the watch. */
  #coverNew(folder: BytePath): void {
    this.cover(folder);
    try {
      if (this.#tree.list(folder).entries.length > 0) this.#note(folder, true);
    } catch {
      this.#note(folder, true);
    }
  }

  /** Own mutation has moved a folder or exchanged two. */
  moved(from: BytePath, to: BytePath, exchange: boolean): void {
    this.#watch?.moved(from, to, exchange);
  }

  /**
   * Tells every change that has happened by now, those of linked files included, with the content
   * of what was changed last. Returns the clock that covers them, which the client has been told
   * by then, also when nothing ever changed: it waits to see it.
   */
  settle(): number {
    return this.work(() => this.#settle());
  }

  #settle(): number {
    this.#drain();
    for (const [path, version] of this.#linked) {
      const now = this.#find(path);
      if (!now || !sameVersion(now, version)) this.#note(path, false);
    }
    const files = this.#recent.take();
    if (this.#pending.size > 0 || files.length > 0 || !this.#told) this.#flush(files);
    return this.#clock;
  }

  close(): void {
    this.#quiet.works();
    this.#end();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    try {
      this.#watch = new TreeWatch(this.#tree, this.#maxWatches, () => this.work(() => this.#drain()));
      this.#watch.cover('');
    } catch {
      this.#end();
    }
  }

  #end(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #drain(own?: ReadonlySet<BytePath>): void {
    if (!this.#watch) return;
    const { changes, overflow } = this.#watch.drain(own);
    if (overflow) {
      // the names of the watched folders may be wrong as well: begin anew
      this.#end();
      this.#begin();
      this.#renew();
      return;
    }
    for (const [path, tree] of changes) this.#note(path, tree);
  }

  #note(path: BytePath, tree: boolean): void {
    this.#recent.changed(path);
    this.#pending.set(path, tree || this.#pending.get(path) === true);
    if (this.#timer) return;
    const wait = Math.max(0, this.#toldAt + TELL_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => this.work(() => this.#flush()), wait);
  }

  #flush(files: Telling['files'] = []): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#toldAt = performance.now();
    this.#clock += 1;
    this.#told = true;
    const changes = this.#gathered();
    this.#pending = new Map();
    this.#tell({ clock: this.#clock, changes, files, renewed: false, watched: this.watched });
  }

  #renew(): void {
    this.#pending = new Map();
    this.#clock += 1;
    this.#tell({ clock: this.#clock, changes: [], files: [], renewed: true, watched: this.watched });
  }

  /** Nothing waits to be told, and nothing changes without an event. */
  #hasToldAll(): boolean {
    return this.#told && this.#pending.size === 0 && this.#linked.size === 0 && this.#recent.isEmpty;
  }

  #gathered(): readonly PathChange[] {
    if (this.#pending.size > MAX_TOLD) return [{ path: '', tree: true }];
    const perFolder = new Map<BytePath, number>();
    const whole = new Set<BytePath>();
    for (const [path, tree] of this.#pending) {
      const folder = parentOf(path);
      const count = (perFolder.get(folder) ?? 0) + 1;
      perFolder.set(folder, count);
      if (tree) whole.add(path);
      if (count > MAX_TOLD_PER_FOLDER) whole.add(folder);
    }
    for (const path of whole) this.#pending.set(path, true);
    const changes: PathChange[] = [];
    for (const [path, tree] of this.#pending) {
      if (path !== '' && liesIn(parentOf(path), whole)) continue;
      const before = this.#racy.get(path);
      const attributes = changes.length < MAX_LOOKED_UP ? this.#look(path) : undefined;
      // Attributes that say "as before" would be believed of the content too: it is doubted first.
      const hides = before && attributes && sameVersion(before, attributes);
      if (attributes === undefined || hides) changes.push({ path, tree });
      if (attributes !== undefined) changes.push({ path, tree, attributes });
    }
    return changes;
  }

  /** Attributes for the client: null when it is not there, undefined when they cannot be had. */
  #look(path: BytePath): FileAttributes | null | undefined {
    const attributes = this.#find(path);
    if (attributes) this.served(path, attributes);
    else this.#linked.delete(path);
    return attributes;
  }

  #find(path: BytePath): FileAttributes | null | undefined {
    try {
      return this.#tree.find(path);
    } catch {
      return undefined;
    }
  }

  /** Other names of the same files that the client knows: their link count, size or times have changed too. */
  #relatives(touched: readonly BytePath[]): readonly BytePath[] {
    if (this.#linked.size === 0) return [];
    const inodes = new Set<bigint>();
    for (const path of touched) {
      const known = this.#linked.get(path)?.ino ?? this.#find(path)?.ino;
      if (known !== undefined) inodes.add(known);
    }
    return [...this.#linked].flatMap(([path, { ino }]) =>
      inodes.has(ino) && !touched.includes(path) ? [path] : [],
    );
  }
}

/** Whether `folder` or one above it is in `whole`. */
function liesIn(folder: BytePath, whole: ReadonlySet<BytePath>): boolean {
  if (whole.size === 0) return false;
  for (let path = folder; ; path = parentOf(path)) {
    if (whole.has(path)) return true;
    if (path === '') return false;
  }
}
