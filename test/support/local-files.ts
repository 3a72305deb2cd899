import { Signal } from '../../src/base/signal.ts';
import { join } from '../../src/daemon/files/byte-path.ts';
import { applyEffect, memoryContent } from '../../src/daemon/files/effects.ts';
import { FileTree, isFolder, isRegular, type versionOf } from '../../src/daemon/files/file-tree.ts';
import type { RemoteFiles } from '../../src/portal/remote-files.ts';
import { ZmxError } from '../../src/protocol/errors.ts';
import { splitMutation } from '../../src/protocol/file-mutation.ts';
import { PLENTY, type Room } from '../../src/protocol/file-room.ts';
import type {
  BytePath,
  Clocked,
  DirectoryEntry,
  FileAttributes,
  Invalidation,
  Mutation,
  MutationResult,
  PrefetchBatch,
  PrefetchBudget,
} from '../../src/protocol/file-types.ts';
import { PIECE_BYTES } from '../../src/protocol/messages/files.ts';
import { StoppedWrite } from '../../src/protocol/stopped-write.ts';

/**
 * A local folder as RemoteFiles, for tests of the portal's other parts: no protocol,
 * no journal, no watch. A test says what others changed with `changed()`.
 */
export class LocalFiles implements RemoteFiles {
  readonly invalidated = new Signal<Invalidation>();
  readonly lease = new Signal<'held' | 'lost' | 'renewed'>();
  readonly watched = true;
  /** Calls so far by name, to count round trips. */
  readonly calls = new Map<string, number>();
  /** Runs before each call: may wait (a slow network) or throw (an errno). */
  before: (call: string, path: BytePath) => void | Promise<void> = () => {};
  readonly #tree: FileTree;
  #clock = 1;
  #lastMutation: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#tree = new FileTree(folder);
  }

  get clock(): number {
    return this.#clock;
  }

  get root(): string {
    return this.#tree.root;
  }

  close(): void {
    this.#tree.close();
  }

  /** Tells that somebody else changed these paths; those of `whole` so that only their content shows it, with that. */
  changed(paths: readonly BytePath[], tree = false, whole: readonly BytePath[] = []): void {
    this.#clock += 1;
    this.invalidated.emit({
      clock: this.#clock,
      paths: [
        ...whole.map((path) => ({ path, tree: false })),
        ...paths.map((path) => ({ path, tree, attributes: this.#tree.find(path) })),
      ],
      files: whole.map((path) => ({ path, ...this.#tree.read(path, 0, PIECE_BYTES) })),
    });
  }

  stat(path: BytePath): Promise<Clocked<FileAttributes>> {
    return this.#call('stat', path, () => this.#tree.stat(path));
  }

  readlink(path: BytePath): Promise<Clocked<BytePath>> {
    return this.#call('readlink', path, () => this.#tree.readlink(path));
  }

  list(path: BytePath): Promise<Clocked<{ self: FileAttributes; entries: readonly DirectoryEntry[] }>> {
    return this.#call('list', path, () => this.#tree.list(path));
  }

  read(path: BytePath, offset: number, length: number): ReturnType<RemoteFiles['read']> {
    return this.#call('read', path, () => this.#tree.read(path, offset, length));
  }

  /** Of each file system, unless a test says otherwise. */
  left: Room = PLENTY;

  room(): Room {
    return this.left;
  }

  async statfs(path: BytePath): ReturnType<RemoteFiles['statfs']> {
    return (await this.#call('statfs', path, () => this.#tree.statfs(path))).value;
  }

  async getxattr(path: BytePath, name: string): Promise<Uint8Array> {
    return (await this.#call('getxattr', path, () => this.#tree.getxattr(path, name))).value;
  }

  async listxattr(path: BytePath): Promise<readonly string[]> {
    return (await this.#call('listxattr', path, () => this.#tree.listxattr(path))).value;
  }

  /** So many bytes of an append the disk takes before it is full. */
  appendLimit = Number.POSITIVE_INFINITY;

  /** In the order of the calls, as over the protocol. */
  mutate(mutation: Mutation): Promise<Clocked<MutationResult>> {
    const turn = this.#lastMutation.then(() =>
      this.#call(mutation.kind, mutation.path, () => {
        const limit = this.appendLimit;
        const isCut = mutation.kind === 'append' && mutation.data.length > limit;
        const taken = isCut ? { ...mutation, data: mutation.data.subarray(0, limit) } : mutation;
        const { intent, parts } = splitMutation(taken);
        const { touched, stopped } = applyEffect(this.#tree, intent, memoryContent(parts));
        const value = { touched: touched.map((path) => ({ path, attributes: this.#tree.find(path) })) };
        const result = { clock: this.#clock, value };
        if (isCut) throw new StoppedWrite(new ZmxError('ENOSPC', 'the disk is full'), limit, result);
        if (stopped) throw new StoppedWrite(ZmxError.info(stopped.error), stopped.bytes, result);
        return value;
      }),
    );
    this.#lastMutation = turn.catch(() => {});
    return turn;
  }

  async prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void): Promise<void> {
    let entries = 0;
    let bytes = 0;
    const folders = [''];
    for (
      let path = folders.shift();
      path !== undefined && entries < budget.maxEntries;
      path = folders.shift()
    ) {
      const clock = this.#clock;
      const listing = this.#tree.list(path);
      entries += listing.entries.length;
      const files: { path: BytePath; version: ReturnType<typeof versionOf>; data: Uint8Array }[] = [];
      for (const { name, attributes } of listing.entries) {
        if (isFolder(attributes)) folders.push(join(path, name));
        else if (
          isRegular(attributes) &&
          attributes.size <= budget.maxFileBytes &&
          bytes + attributes.size <= budget.maxBytes
        ) {
          bytes += attributes.size;
          files.push({ path: join(path, name), ...this.#tree.read(join(path, name), 0, attributes.size) });
        }
      }
      found({ clock, folders: [{ path, ...listing }], files });
      await this.before('prefetch', path);
    }
  }

  async #call<T>(call: string, path: BytePath, run: () => T): Promise<Clocked<T>> {
    this.calls.set(call, (this.calls.get(call) ?? 0) + 1);
    const clock = this.#clock;
    await this.before(call, path);
    try {
      return { clock, value: run() };
    } catch (error) {
      throw error instanceof StoppedWrite ? error : ZmxError.from(ZmxError.info(error));
    }
  }
}
