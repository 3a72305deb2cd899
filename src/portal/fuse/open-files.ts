import type { FileAttributes, FileVersion, RemoteFiles } from '../remote-files.ts';
import { attributesOfNew, isFile, type Node, sameVersion, withMode } from './node.ts';
import {
  type Handle,
  isDirty,
  type OpenFile,
  openFile,
  openNodeOf,
  readThrough,
  shownSize,
} from './open-file.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import { ReaderHandles } from './reader-handles.ts';
import { gone } from './remote-tree.ts';
import { FIRST_MAIN_HANDLE, type Update } from './updates.ts';
import { copyOf, WorkingCopy, type WorkingCopyOptions } from './working-copy.ts';
import { WriteThrough } from './write-through.ts';

export interface OpenFilesOptions extends OutboxOptions {
  readonly files: RemoteFiles;
  readonly post: (update: Update) => void;
}

const SET_ID_BITS = 0o6000;
/** Inode numbers shown for files that the remote does not have yet: where no real ones are. */
const FIRST_PROVISIONAL_INO = 1n << 62n;

/**
 * Files that programs have open, and what they do to them. What they write is answered here and goes to the
 * remote later (Outbox), unless that may refuse it (WriteThrough): a write(2) costs no round trip,
 * create + write + close costs one. Not by handles on the remote, which would be lost with its daemon.
 */
export class OpenFiles {
  /** Brings what is written to the remote. */
  readonly outbox: Outbox;
  readonly #options: OpenFilesOptions;
  readonly #files = new Map<Node, OpenFile>();
  readonly #handles = new Map<number, Handle>();
  readonly #readerHandles = new ReaderHandles();
  readonly #through: WriteThrough;
  #nextHandle = FIRST_MAIN_HANDLE;
  #nextIno = FIRST_PROVISIONAL_INO;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
    this.outbox = new Outbox(this.#files, options);
    this.#through = new WriteThrough(options.remote, options.contents, (file) => this.outbox.send(file));
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
    this.outbox.requireRunning();
    const { tree } = this.#options;
    const ino = this.#nextIno++;
    const attributes = attributesOfNew(ino, mode, this.#options.files.identity, folder.attributes);
    const node = tree.place(folder, name, attributes, { ours: true });
    node.shownIno = ino;
    const handle = this.#handle(node, append);
    handle.base = undefined;
    handle.file.copy = this.#copy(node, undefined, { mode, exclusive: false });
    this.outbox.changed(handle.file);
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
      this.outbox.requireRunning();
      if (!mapped && this.#through.isNeeded(file.node, offset, data.length))
        return this.#through.write(handle, offset, data);
      if (offset === 'end' && !file.copy && file.node.names.length > 0) file.tail.push(Buffer.from(data));
      else {
        if (file.tail.length > 0) await this.outbox.send(file);
        const at = offset === 'end' ? shownSize(file.node) : offset;
        file.copy ??= this.#copy(file.node, handle.base);
        file.copy.write(at, data);
      }
      this.outbox.changed(file, data.length);
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
      this.outbox.requireRunning();
      if (handle && this.#through.isNeeded(node, size, 0))
        return this.#through.change(handle, { ranges: [], truncate: size });
      if (file.tail.length > 0) await this.outbox.send(file);
      file.copy ??= this.#copy(node, handle?.base ?? node.attributes);
      file.copy.truncate(size);
      this.outbox.changed(file);
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
    if (!file?.copy || !ours || mode & SET_ID_BITS) return this.outbox.settleThen(node, now);
    await file.lock.run(async () => {
      if (!file.copy) return now();
      file.mode = mode;
      tree.setAttributes(node, withMode(node.attributes, mode), true);
      this.outbox.changed(file);
    });
  }

  async release(handleId: number): Promise<void> {
    const handle = this.#handles.get(handleId);
    if (!handle) return;
    this.#handles.delete(handleId);
    const { file } = handle;
    file.handles.delete(handle);
    // Shared mappings may have written after the close.
    if (file.handles.size === 0) await this.outbox.settleOrRescue(file.node).catch(() => {});
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
      if (file && node.names.length > 1) await this.outbox.settle(node);
      // What a program that has ended left on its way in pieces would come behind this.
      return file && !file.isSent ? file.lock.run(remove) : remove();
    }
    const file = this.#file(node);
    await file.lock.run(async () => {
      if (file.tail.length > 0) await this.outbox.send(file);
      const { contents, spoolFolder } = this.#options;
      const base = (at: number, length: number): Promise<Uint8Array> => contents.read(node, at, length);
      const copy = await copyOf(shownSize(node), spoolFolder, (at, length) =>
        file.copy ? file.copy.read(at, length, base) : base(at, length),
      );
      await remove();
      file.copy?.dispose();
      file.copy = copy;
      this.outbox.changed(file);
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

  #copy(node: Node, base: FileVersion | undefined, create?: WorkingCopyOptions['create']): WorkingCopy {
    const { spoolFolder } = this.#options;
    return new WorkingCopy({ size: node.attributes.size, base, spoolFolder, ...(create && { create }) });
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
