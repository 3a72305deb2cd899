import type { ZmxError } from '../../protocol/errors.ts';
import { PIECE_BYTES } from '../../protocol/messages/files.ts';
import { StoppedWrite } from '../../protocol/stopped-write.ts';
import type { Mutation } from '../remote-files.ts';
import type { Contents } from './contents.ts';
import type { Node } from './node.ts';
import { type Handle, type OpenFile, shownSize } from './open-file.ts';
import { gone, type RemoteTree } from './remote-tree.ts';

/** Longer files some file systems do not take (EFBIG): they are asked, as only they can know. */
const LARGE_FILE_BYTES = 2 ** 31 - 1;

type Write = Extract<Mutation, { kind: 'write' }>;
/** What is to become of a file's content; bytes are appended. */
type Change = Pick<Write, 'ranges' | 'truncate' | 'allocate'> | Uint8Array;

/**
 * Brings what changes a file to the remote before the call is answered, so that its errno is that call's own:
 * for what the remote may refuse, since everything else is answered at once and goes there later.
 */
export class WriteThrough {
  readonly #remote: RemoteTree;
  readonly #contents: Contents;
  readonly #send: (file: OpenFile) => Promise<void>;

  /** @param send brings what a file has unwritten to the remote */
  constructor(remote: RemoteTree, contents: Contents, send: (file: OpenFile) => Promise<void>) {
    this.#remote = remote;
    this.#contents = contents;
    this.#send = send;
  }

  /** Whether the remote may refuse so many more bytes, or so long a file. It is not asked for what is here alone. */
  isNeeded(node: Node, offset: number | 'end', bytes: number): boolean {
    if (node.names.length === 0) return false;
    const size = shownSize(node);
    const end = (offset === 'end' ? size : offset) + bytes;
    if (end > size && end > LARGE_FILE_BYTES) return true;
    return bytes > 0 && !this.#remote.space.hasBytes(node.attributes, bytes);
  }

  // What takes a handle runs under the file's lock.

  /** Resolves with how many bytes have been written. @throws ENOSPC, EDQUOT, EFBIG where it is not one */
  write(handle: Handle, offset: number | 'end', data: Uint8Array): Promise<number> {
    const write = async (part: Uint8Array): Promise<number> => {
      // What this fails with is of bytes that were answered before, not of these.
      await this.#send(handle.file);
      try {
        await this.change(handle, offset === 'end' ? part : { ranges: [{ offset, data: part }] });
        return part.length;
      } catch (error) {
        if (error instanceof StoppedWrite && error.written > 0) return error.written;
        throw error;
      }
    };
    return write(data).catch((error: ZmxError) => {
      // There was no room to stage it on the same disk: a piece goes without.
      if (error.code !== 'ENOSPC' || error instanceof StoppedWrite || data.length <= PIECE_BYTES) throw error;
      return write(data.subarray(0, PIECE_BYTES));
    });
  }

  /** Changes the content there, behind what is unwritten. */
  async change(handle: Handle, change: Change): Promise<void> {
    const { file } = handle;
    const { node } = file;
    await this.#send(file);
    const { base } = handle; // what that has made
    const path = this.#remote.tree.path(node);
    if (path === undefined) throw gone();
    const mutation: Mutation =
      change instanceof Uint8Array
        ? { kind: 'append', path, data: change }
        : { kind: 'write', path, ...(base && { base }), ...change };
    try {
      await this.#remote.mutate(mutation, { adopt: node });
    } catch (error) {
      if (error instanceof StoppedWrite) this.#changed(file);
      throw error;
    }
    this.#changed(file);
  }

  /** Sets the size of a file that nobody writes. */
  async truncate(node: Node, size: number): Promise<void> {
    const path = this.#remote.tree.path(node);
    if (path === undefined) throw gone();
    const old = this.#contents.whole(node);
    await this.#remote.mutate({ kind: 'write', path, truncate: size, ranges: [] });
    this.#contents.drop(node);
    if (old && size <= old.length) this.#contents.keep(node, old.subarray(0, size));
  }

  #changed({ node, handles }: OpenFile): void {
    this.#contents.drop(node);
    for (const handle of handles) handle.base = node.attributes;
    this.#remote.tree.announce(node);
  }
}
