import { ZmxError } from '../../protocol/errors.ts';
import type { FileAttributes, FileVersion, RemoteFiles } from '../remote-files.ts';
import type { Contents } from './contents.ts';
import { flush } from './flush.ts';
import { attributesOfNew, isFile, type Node, sameVersion, withMode } from './node.ts';
import {
  forget,
  type Handle,
  isDirty,
  localOf,
  type OpenFile,
  openFile,
  openNodeOf,
  readThrough,
  shownSize,
  type Unwritten,
  unsent,
  unwrittenOf,
} from './open-file.ts';
import { ReaderHandles } from './reader-handles.ts';
import { gone, type RemoteTree } from './remote-tree.ts';
import { rescue } from './rescue.ts';
import type { Tree } from './tree.ts';
import { FIRST_MAIN_HANDLE, type Update } from './updates.ts';
import { copyOf, WorkingCopy, type WorkingCopyOptions } from './working-copy.ts';
import { WriteBack } from './write-back.ts';
import { WriteThrough } from './write-through.ts';

export interface OpenFilesOptions {
  readonly files: RemoteFiles;
  readonly tree: Tree;
  readonly remote: RemoteTree;
  readonly contents: Contents;
  readonly post: (update: Update) => void;
  /** Where data waits that is too much for memory, and where data stays that could not be written. */
  readonly spoolFolder: string;
  readonly rescueFolder: string;
  /** A line for the user. */
  readonly notice: (line: string) => void;
  /** See WriteBack. */
  readonly writeBackMs?: number;
}

const SET_ID_BITS = 0o6000;
/** Inode numbers shown for files that the remote does not have yet: where no real ones are. */
const FIRST_PROVISIONAL_INO = 1n << 62n;

/**
 * Files being written. What is written stays here until close, fsync or a barrier (a rename, a
 * command's start), or for a while (WriteBack), and goes to the remote as one mutation, unless that may
 * refuse it (WriteThrough): a write(2) costs no round trip, create + write + close costs one. Not
 * by handles on the remote, which would be lost with its daemon.
 */
export class OpenFiles {
  readonly #options: OpenFilesOptions;
  readonly #files = new Map<Node, OpenFile>();
  readonly #handles = new Map<number, Handle>();
  readonly #readerHandles = new ReaderHandles();
  readonly #through: WriteThrough;
  readonly #writeBack: WriteBack;
  #ended = false;
  #nextHandle = FIRST_MAIN_HANDLE;
  #nextIno = FIRST_PROVISIONAL_INO;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
    this.#through = new WriteThrough(options.remote, options.contents, (file) => this.#send(file));
    this.#writeBack = new WriteBack(({ node }) => this.settle(node), options.writeBackMs);
  }

  /** The remote does not have the file yet. */
  isPending(node: Node): boolean {
    return this.#files.get(node)?.copy?.isNew ?? false;
  }

  /** The same, and it is not about to. */
  isOnlyHere(node: Node): boolean {
    return this.isPending(node) && !this.#files.get(node)?.isSent;
  }

  /** Whether some program has it open. */
  isOpen(node: Node): boolean {
    return this.#readerHandles.count(node.id) > 0 || (this.#files.get(node)?.handles.size ?? 0) > 0;
  }

  /** The file that is open for writing and is this one, with another change time and perhaps under another name. */
  find(attributes: FileAttributes): Node | undefined {
    return openNodeOf(this.#files.values(), attributes);
  }

  get(handle: number): Handle | undefined {
    return this.#handles.get(handle);
  }

  /** The reader's net count of handles for a node (given out by itself, less all releases). */
  setReaderOpens(id: number, count: number): void {
    const node = this.#options.tree.get(id);
    if (!node) return;
    this.#readerHandles.set(id, count);
    if (node.names.length === 0) this.released(node);
  }

  /** A read-only handle that the reader keeps. */
  grant(node: Node): void {
    this.#readerHandles.grant(node.id);
    this.#options.post({ kind: 'opened', node: node.id });
  }

  /** A handle for writing. `truncate`: O_TRUNC. */
  async open(node: Node, append: boolean, truncate: boolean): Promise<Handle> {
    const handle = this.#handle(node, append);
    if (truncate && shownSize(node) > 0) await this.truncate(node, 0, handle);
    return handle;
  }

  /** A new file, which the remote gets with its first content. */
  create(folder: Node, name: string, mode: number, append: boolean): Handle {
    this.#requireOutlet();
    const { tree } = this.#options;
    const ino = this.#nextIno++;
    const attributes = attributesOfNew(ino, mode, this.#options.files.identity, folder.attributes);
    const node = tree.place(folder, name, attributes, { ours: true });
    node.shownIno = ino;
    const handle = this.#handle(node, append);
    handle.base = undefined;
    handle.file.copy = this.#copy(node, undefined, { mode, exclusive: false });
    this.#show(handle.file);
    return handle;
  }

  /**
   * Writes at an offset, or at the end of the file as it is then, whoever else appends to it. Resolves with
   * the number of bytes, fewer where the host has no room for more. `mapped`: pages of a mapping,
   * of which only msync, fsync and close can tell what has become.
   * @throws ENOSPC, EDQUOT, EFBIG where not one byte more goes
   */
  write(handle: Handle, offset: number | 'end', data: Uint8Array, mapped = false): Promise<number> {
    const { file } = handle;
    return file.lock.run(async () => {
      this.#requireOutlet();
      if (!mapped && this.#through.isNeeded(file.node, offset, data.length))
        return this.#through.write(handle, offset, data);
      if (offset === 'end' && !file.copy && file.node.names.length > 0) file.tail.push(Buffer.from(data));
      else {
        if (file.tail.length > 0) await this.#send(file);
        const at = offset === 'end' ? shownSize(file.node) : offset;
        file.copy ??= this.#copy(file.node, handle.base);
        file.copy.write(at, data);
      }
      this.#owe(file, data.length);
      this.#show(file);
      return data.length;
    });
  }

  /** Sets space apart on the remote, as fallocate(2) does. */
  async allocate(handle: Handle, offset: number, length: number, keepSize: boolean): Promise<void> {
    const { node, lock } = handle.file;
    const change = { ranges: [], allocate: { offset, length, keepSize } };
    if (node.names.length > 0) await lock.run(() => this.#through.change(handle, change));
    const end = offset + length;
    // Here alone, or on a daemon that does not know of it.
    if (!keepSize && end > shownSize(node)) await this.truncate(node, end, handle);
  }

  read(node: Node, offset: number, length: number): Promise<Uint8Array> {
    const { contents } = this.#options;
    return readThrough(this.#files.get(node), offset, length, (...range) => contents.read(node, ...range));
  }

  /** Sets the size: at once on the remote for a file that nobody writes, else with the next flush. */
  async truncate(node: Node, size: number, handle?: Handle): Promise<void> {
    const file = this.#files.get(node);
    if (!file || (!handle && !isDirty(file) && node.names.length > 0))
      return this.#through.truncate(node, size);
    await file.lock.run(async () => {
      this.#requireOutlet();
      if (handle && this.#through.isNeeded(node, size, 0))
        return this.#through.change(handle, { ranges: [], truncate: size });
      if (file.tail.length > 0) await this.#send(file);
      file.copy ??= this.#copy(node, handle?.base ?? node.attributes);
      file.copy.truncate(size);
      this.#show(file);
    });
  }

  /**
   * Sets the mode (with type bits): of a file of ours that has unwritten data together with that, since its
   * owner may; a failure shows where one of the data does.
   */
  async chmod(node: Node, mode: number): Promise<void> {
    const { tree, files, remote } = this.#options;
    const file = this.#files.get(node);
    const uid = files.identity?.uid;
    const ours = uid === 0 || uid === node.attributes.uid;
    const now = (): Promise<void> => {
      const path = tree.path(node);
      if (path === undefined) throw gone();
      return remote.mutate({ kind: 'chmod', path, mode });
    };
    // A later write would clear set-id bits: these are not put behind it.
    if (!file?.copy || !ours || mode & SET_ID_BITS) return this.settleThen(node, now);
    await file.lock.run(async () => {
      if (!file.copy) return now();
      file.mode = mode;
      tree.setAttributes(node, withMode(node.attributes, mode), true);
      this.#show(file);
    });
  }

  /** Brings the remote up to date; on failure the data stays here for the next try. */
  async settle(node: Node): Promise<void> {
    const file = this.#files.get(node);
    if (file) await file.lock.run(() => this.#send(file));
  }

  /** The same, and one more mutation of the file behind it, both in one round trip where they keep their order. */
  async settleThen(node: Node, next: () => Promise<void>): Promise<void> {
    const file = this.#files.get(node);
    if (!file) return next();
    await file.lock.run(async () => {
      const keepsOrder = file.copy ? file.copy.keepsOrder : file.tail.length === 0;
      const sent = this.#send(file);
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
        await this.#send(file);
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

  async release(handleId: number): Promise<void> {
    const handle = this.#handles.get(handleId);
    if (!handle) return;
    this.#handles.delete(handleId);
    const { file } = handle;
    file.handles.delete(handle);
    // Shared mappings may have written after the close.
    if (file.handles.size === 0) await this.settleOrRescue(file.node).catch(() => {});
    this.#retire(file);
  }

  /** The reader has released its last handle of a node that has left the tree. */
  released(node: Node): void {
    const file = this.#files.get(node);
    if (file) this.#retire(file);
    else this.left(node);
  }

  /** A node has left the tree; it stays as long as somebody has it open. */
  left(node: Node): void {
    if (node.names.length > 0 || this.isOpen(node) || this.#files.has(node)) return;
    this.#readerHandles.forget(node.id);
    this.#options.contents.drop(node);
    this.#options.tree.drop(node);
  }

  /**
   * Before the last name of an open file goes away by our own doing: its content is copied here,
   * and those who have it open go on with the copy.
   */
  async detach(node: Node, remove: () => Promise<void>): Promise<void> {
    if (!isFile(node.attributes.mode) || !this.isOpen(node) || node.names.length > 1) {
      const file = this.#files.get(node);
      if (file && node.names.length > 1) await this.settle(node);
      // What a program that has ended left on its way in pieces would come behind this.
      return file && !file.isSent ? file.lock.run(remove) : remove();
    }
    const file = this.#file(node);
    await file.lock.run(async () => {
      if (file.tail.length > 0) await this.#send(file);
      const { contents, spoolFolder } = this.#options;
      const base = (at: number, length: number): Promise<Uint8Array> => contents.read(node, at, length);
      const copy = await copyOf(shownSize(node), spoolFolder, (at, length) =>
        file.copy ? file.copy.read(at, length, base) : base(at, length),
      );
      await remove();
      file.copy?.dispose();
      file.copy = copy;
      this.#show(file);
    });
    if (!this.isOpen(node)) this.#retire(file);
  }

  /** Our own call has changed the attributes: handles go on as if they had opened it so. */
  revised(node: Node, before: FileVersion): void {
    for (const handle of this.#files.get(node)?.handles ?? [])
      if (handle.base && sameVersion(handle.base, before)) handle.base = node.attributes;
  }

  #handle(node: Node, append: boolean): Handle {
    const file = this.#file(node);
    const handle: Handle = { id: this.#nextHandle++, file, append, base: node.attributes };
    file.handles.add(handle);
    this.#handles.set(handle.id, handle);
    return handle;
  }

  #file(node: Node): OpenFile {
    let file = this.#files.get(node);
    if (!file) {
      file = openFile(node);
      this.#files.set(node, file);
      this.#options.post({ kind: 'busy', node: node.id, busy: true });
    }
    return file;
  }

  /** What is answered now has to get somewhere. @throws EIO */
  #requireOutlet(): void {
    if (this.#ended) throw new ZmxError('EIO', 'the portal ends');
  }

  #copy(node: Node, base: FileVersion | undefined, create?: WorkingCopyOptions['create']): WorkingCopy {
    const { spoolFolder } = this.#options;
    return new WorkingCopy({ size: node.attributes.size, base, spoolFolder, ...(create && { create }) });
  }

  /** Attributes as the writer has to see them, until the remote's are known. */
  #show(file: OpenFile): void {
    const { node } = file;
    this.#writeBack.changed(file);
    if (!isDirty(file) || node.names.length === 0) this.#owe(file, -file.owed);
    node.local = localOf(file);
  }

  #owe(file: OpenFile, bytes: number): void {
    file.owed += bytes;
    this.#options.remote.space.owe(bytes);
  }

  /** Sends what is unwritten, the first mutation before it returns. Runs under the file's lock. */
  async #send(file: OpenFile): Promise<void> {
    const { node } = file;
    // What was removed here lives on in its copy alone.
    const isRemoved = node.names.length === 0 && !node.lost;
    if (!isDirty(file) || isRemoved) return;
    await flush(file, this.#options.remote, this.#options.contents);
    this.#show(file);
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
    this.#show(file);
    for (const { folder, name } of neverWas) tree.remove(folder, name, true);
    tree.stale(node);
  }

  /** Nobody writes it any more: the reader may answer for it again. */
  #retire(file: OpenFile): void {
    const { node } = file;
    if (file.handles.size > 0 || this.#files.get(node) !== file) return;
    if (node.names.length === 0) {
      if (this.isOpen(node)) return;
      file.copy?.dispose();
      this.#files.delete(node);
      this.left(node);
      return;
    }
    if (isDirty(file)) return;
    this.#files.delete(node);
    this.#options.post({ kind: 'busy', node: node.id, busy: false });
    const whole = this.#options.contents.whole(node);
    if (whole) this.#options.contents.share(node, whole);
  }
}
