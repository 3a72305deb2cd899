import { ZmxError } from '../../protocol/errors.ts';
import type { Contents } from './contents.ts';
import { flush } from './flush.ts';
import type { Node } from './node.ts';
import { forget, isDirty, localOf, type OpenFile, type Unwritten, unsent, unwrittenOf } from './open-file.ts';
import type { RemoteTree } from './remote-tree.ts';
import { rescue } from './rescue.ts';
import type { Tree } from './tree.ts';
import { WriteBack } from './write-back.ts';

export interface OutboxOptions {
  readonly tree: Tree;
  readonly remote: RemoteTree;
  readonly contents: Contents;
  /** Where data waits that is too much for memory, and where data stays that could not be written. */
  readonly spoolFolder: string;
  readonly rescueFolder: string;
  /** A line for the user. */
  readonly notice: (line: string) => void;
  /** See WriteBack. */
  readonly writeBackMs?: number;
}

/**
 * What programs have written, on its way to the remote: at close, fsync or a barrier (a rename, a command's
 * start), or after a while (WriteBack), all of a file as one mutation; and what becomes of it where that fails.
 * Apart from the files' handles, since calls on names and commands send it too.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #files: ReadonlyMap<Node, OpenFile>;
  readonly #writeBack: WriteBack;
  #ended = false;

  /** @param files those that are open for writing, as they come and go */
  constructor(files: ReadonlyMap<Node, OpenFile>, options: OutboxOptions) {
    this.#files = files;
    this.#options = options;
    this.#writeBack = new WriteBack(({ node }) => this.settle(node), options.writeBackMs);
  }

  /** Brings the remote up to date; on failure the data stays here for the next try. */
  async settle(node: Node): Promise<void> {
    const file = this.#files.get(node);
    if (file) await file.lock.run(() => this.send(file));
  }

  /** The same, and one more mutation of the file behind it, both in one round trip where they keep their order. */
  async settleThen(node: Node, next: () => Promise<void>): Promise<void> {
    const file = this.#files.get(node);
    if (!file) return next();
    await file.lock.run(async () => {
      const keepsOrder = file.copy ? file.copy.keepsOrder : file.tail.length === 0;
      const sent = this.send(file);
      sent.catch(() => {}); // awaited below, unless `next` throws
      if (!keepsOrder) await sent;
      const then = next();
      then.catch(() => {}); // what failed first is told
      await sent;
      await then;
    });
  }

  /** The same for the last time, at close: what cannot be written is kept in a rescue file. */
  async settleOrRescue(node: Node): Promise<void> {
    const file = this.#files.get(node);
    if (!file) return;
    await file.lock.run(async () => {
      try {
        await this.send(file);
      } catch (error) {
        this.#rescue(file, error);
        throw error;
      }
    });
  }

  unwritten(node: Node): Unwritten {
    const file = this.#files.get(node);
    return file ? unwrittenOf(file) : 'nothing';
  }

  /** Everything written so far is on the remote or on its way before any later mutation, or its writer will hear why not. */
  async sendAll(): Promise<void> {
    const waiting = [...this.#files.values()].filter(({ isSent }) => !isSent);
    await Promise.allSettled(waiting.map(({ node }) => this.settle(node)));
  }

  /** Everything written so far is on the remote, or its writer will hear why not. */
  async settleAll(): Promise<void> {
    await Promise.allSettled([...this.#files.keys()].map((node) => this.settle(node)));
  }

  async settleWithin(folder: Node): Promise<void> {
    for (const child of folder.children?.values() ?? []) if (child) await this.settle(child);
  }

  /** At the end: what could not be written is rescued, and nothing more is taken (EIO). */
  rescueAll(): void {
    this.#ended = true;
    this.#writeBack.dispose();
    for (const file of this.#files.values()) {
      if (file.node.names.length > 0) this.#rescue(file, new Error('the portal ends'));
      file.copy?.dispose();
      file.copy = undefined;
    }
  }

  /** What is answered now has to get somewhere. @throws EIO */
  requireRunning(): void {
    if (this.#ended) throw new ZmxError('EIO', 'the portal ends');
  }

  /**
   * After each change of what a file has unwritten: it is shown as its writer has to see it, and goes in a while.
   * @param written bytes that are answered now
   */
  changed(file: OpenFile, written = 0): void {
    const { node } = file;
    this.#writeBack.changed(file);
    const isOwed = isDirty(file) && node.names.length > 0;
    this.#owe(file, isOwed ? written : -file.owed);
    node.local = localOf(file);
  }

  /** Sends what is unwritten, the first mutation before it returns. Runs under the file's lock. */
  async send(file: OpenFile): Promise<void> {
    const { node } = file;
    // What was removed here lives on in its copy alone.
    const isRemoved = node.names.length === 0 && !node.lost;
    if (!isDirty(file) || isRemoved) return;
    await flush(file, this.#options.remote, this.#options.contents);
    this.changed(file);
    this.#options.tree.announce(node);
  }

  #rescue(file: OpenFile, error: unknown): void {
    if (!isDirty(file)) return; // it was rescued while it was on its way
    const { spoolFolder, rescueFolder, tree, notice } = this.#options;
    const { node } = file;
    const copy = unsent(file, spoolFolder);
    notice(rescue(rescueFolder, tree.path(node) ?? node.lastPath ?? 'file', copy, error));
    const neverWas = copy.isNew ? [...node.names] : [];
    forget(file, copy);
    this.changed(file);
    for (const { folder, name } of neverWas) tree.remove(folder, name, true);
    tree.stale(node);
  }

  #owe(file: OpenFile, bytes: number): void {
    file.owed += bytes;
    this.#options.remote.space.owe(bytes);
  }
}
