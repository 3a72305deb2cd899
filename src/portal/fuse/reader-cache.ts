import { constants } from 'node:os';
import {
  ATTR_BYTES,
  ATTR_OUT_BYTES,
  ENTRY_OUT_BYTES,
  Fopen,
  IN_HEADER_BYTES,
  O,
  Op,
  OUT_HEADER_BYTES,
  S,
} from './abi.ts';
import { putListing, type Snapshot, UNREAD } from './folder-listing.ts';
import { isFifo } from './node.ts';
import { R_OK, X_OK } from './permission.ts';
import { initReply, putAttr, putEntry, putHeader, putOpen } from './replies.ts';
import { bodyU32, bodyU64, nodeOf, opcodeOf, readName, readU64 } from './requests.ts';
import { EXEC_HANDLE, FIRST_READER_FOLDER_HANDLE, READER_HANDLE, type Update } from './updates.ts';

const { ENODATA, ENOTDIR } = constants.errno;

/** Offset of st_mode in fuse_attr. */
const MODE_AT = 60;
/** Stands for the snapshot of a folder that the main thread reads for somebody. */
const FORWARDED: Snapshot = [];

interface CachedNode {
  readonly id: number;
  attr: Buffer | undefined;
  /** What access(2) allows, valid with `attr`. */
  access: number;
  content: Uint8Array | undefined;
  target: string | undefined;
  /** Folders: what is known of names; 0 is "no such file". */
  entries: Map<string, number> | undefined;
  /** `entries` is all there is. */
  complete: boolean;
  busy: boolean;
  gone: boolean;
  /** Handles that programs have of it in the reader's name, and how many of them the main thread gave out. */
  opens: number;
  granted: number;
  /** The kernel may keep its pages at the next open: an open has told it of this content before. */
  keep: boolean;
}

export interface ReaderCacheOptions {
  /** Seconds that the kernel may keep an answer. */
  readonly valid: number;
  readonly execLine: string;
}

/**
 * The reader thread's copy of what the main thread knows, and the answers that
 * it allows: pure, without I/O. Everything else is forwarded. It holds no truth of
 * its own but the handles that it gave out.
 */
export class ReaderCache {
  readonly #nodes = new Map<number, CachedNode>();
  readonly #folders = new Map<number, Snapshot>();
  readonly #changedOpens = new Set<number>();
  readonly #valid: number;
  readonly #execLine: Buffer;
  #nextFolder = FIRST_READER_FOLDER_HANDLE;
  #held = true;

  constructor(options: ReaderCacheOptions) {
    this.#valid = options.valid;
    this.#execLine = Buffer.from(options.execLine);
  }

  apply(update: Update): void {
    switch (update.kind) {
      case 'node':
        this.#node(update.node).attr = Buffer.from(update.attr);
        this.#node(update.node).access = update.access;
        this.#node(update.node).gone = false;
        return;
      case 'entry': {
        const folder = this.#node(update.folder);
        folder.entries ??= new Map();
        if (update.node < 0) {
          folder.entries.delete(update.name);
          folder.complete = false;
        } else folder.entries.set(update.name, update.node);
        return;
      }
      case 'listing': {
        const folder = this.#node(update.folder);
        folder.entries = new Map();
        for (let i = 0; i < update.names.length; i++) {
          const id = update.nodes[i]!;
          folder.entries.set(update.names[i]!, id);
          const { attrs } = update;
          const node = this.#node(id);
          node.attr = Buffer.from(attrs.buffer, attrs.byteOffset + i * ATTR_BYTES, ATTR_BYTES);
          node.access = update.access[i]!;
        }
        folder.complete = true;
        return;
      }
      case 'content':
        this.#node(update.node).content = update.data;
        this.#node(update.node).keep = false;
        return;
      case 'target':
        this.#node(update.node).target = update.target;
        return;
      case 'forget-content':
        this.#node(update.node).content = undefined;
        return;
      case 'stale': {
        const node = this.#node(update.node);
        node.attr = undefined;
        node.content = undefined;
        node.target = undefined;
        node.entries = undefined;
        node.complete = false;
        return;
      }
      case 'gone': {
        const node = this.#node(update.node);
        node.gone = true;
        // The kernel forgets what it has opened; what it has never seen goes now.
        if (node.granted === 0) this.#forget(update.node);
        return;
      }
      case 'busy':
        this.#node(update.node).busy = update.busy;
        return;
      case 'opened':
        this.#node(update.node).opens++;
        this.#node(update.node).granted++;
        return;
      case 'lease':
        this.#held = update.held;
        return;
    }
  }

  /** Handle counts that changed since the last call, for the main thread. */
  takeOpens(): [node: number, handles: number][] {
    if (this.#changedOpens.size === 0) return [];
    const changed = [...this.#changedOpens].map((id): [number, number] => [id, this.#net(id)]);
    this.#changedOpens.clear();
    return changed;
  }

  /**
   * Answers a well-formed request into `reply`. Returns the reply's length, 0 for
   * "done, the kernel wants no answer", or -1: the main thread has to.
   * @throws MalformedRequest
   */
  answer(request: Buffer, reply: Buffer): number {
    const opcode = opcodeOf(request);
    switch (opcode) {
      case Op.INIT: {
        const message = initReply(request);
        reply.set(message);
        return message.length;
      }
      case Op.FORGET:
        this.#forget(nodeOf(request));
        return 0;
      case Op.BATCH_FORGET: {
        const count = Math.min(bodyU32(request, 0), Math.floor((request.length - IN_HEADER_BYTES - 8) / 16));
        for (let i = 0; i < count; i++) this.#forget(readU64(request, IN_HEADER_BYTES + 8 + i * 16));
        return 0;
      }
      case Op.RELEASE:
        return this.#release(request, reply);
      case Op.RELEASEDIR: {
        const open = this.#folders.get(bodyU64(request, 0));
        this.#folders.delete(bodyU64(request, 0));
        return !open || open === FORWARDED ? -1 : fail(request, reply, 0);
      }
      case Op.READ:
        if (bodyU64(request, 0) === EXEC_HANDLE) return this.#data(request, reply, this.#execLine);
        break;
      case Op.FLUSH:
        if (bodyU64(request, 0) <= EXEC_HANDLE) return fail(request, reply, 0);
        break;
    }
    const node = this.#nodes.get(nodeOf(request));
    if (!this.#held || !node || node.busy || node.gone) return this.#forward(request, opcode);
    switch (opcode) {
      case Op.LOOKUP:
        return this.#lookup(node, request, reply);
      case Op.GETATTR:
        if (!node.attr) return -1;
        putHeader(reply, OUT_HEADER_BYTES + ATTR_OUT_BYTES, 0, request);
        putAttr(reply, OUT_HEADER_BYTES, this.#valid, node.attr);
        return OUT_HEADER_BYTES + ATTR_OUT_BYTES;
      case Op.ACCESS: {
        if (!node.attr) return -1;
        const wanted = bodyU32(request, 0) & 7;
        return (node.access & wanted) === wanted ? fail(request, reply, 0) : -1; // which errno, main knows
      }
      case Op.READLINK: {
        if (node.target === undefined) return -1;
        const length = OUT_HEADER_BYTES + node.target.length;
        if (length > reply.length) return -1;
        putHeader(reply, length, 0, request);
        reply.write(node.target, OUT_HEADER_BYTES, 'latin1');
        return length;
      }
      case Op.OPEN:
        return this.#open(node, request, reply);
      case Op.READ:
        if (bodyU64(request, 0) !== READER_HANDLE || !node.content) return -1;
        return this.#data(request, reply, node.content);
      case Op.OPENDIR:
        return this.#openFolder(node, request, reply);
      case Op.READDIR:
        return this.#list(node, request, reply, false);
      case Op.READDIRPLUS:
        return this.#list(node, request, reply, true);
      case Op.GETXATTR: {
        // Asked before every write and by ls(1); other hosts' labels and lists mean nothing here.
        const name = request.toString('latin1', IN_HEADER_BYTES + 8, IN_HEADER_BYTES + 17);
        return name.startsWith('security.') || name.startsWith('system.')
          ? fail(request, reply, ENODATA)
          : -1;
      }
      default:
        return -1;
    }
  }

  /** The main thread answers; a folder that it has begun to read for somebody it goes on with. */
  #forward(request: Buffer, opcode: number): number {
    const handle = opcode === Op.READDIR || opcode === Op.READDIRPLUS ? bodyU64(request, 0) : 0;
    if (this.#folders.has(handle)) this.#folders.set(handle, FORWARDED);
    return -1;
  }

  #node(id: number): CachedNode {
    let node = this.#nodes.get(id);
    if (!node) {
      node = {
        id,
        attr: undefined,
        access: 0,
        content: undefined,
        target: undefined,
        entries: undefined,
        complete: false,
        busy: false,
        gone: false,
        opens: 0,
        granted: 0,
        keep: false,
      };
      this.#nodes.set(id, node);
    }
    return node;
  }

  /** Handles of a node less those that the main thread gave out, which it counts itself. */
  #net(id: number): number {
    const node = this.#nodes.get(id);
    return node ? node.opens - node.granted : 0;
  }

  #opened(node: CachedNode, by: number): void {
    node.opens += by;
    this.#changedOpens.add(node.id);
  }

  /** Only what has left the tree is dropped: ids of living files stay valid, whatever the kernel counts. */
  #forget(id: number): void {
    const node = this.#nodes.get(id);
    if (node?.gone && node.opens === 0 && !this.#changedOpens.has(id)) this.#nodes.delete(id);
  }

  #release(request: Buffer, reply: Buffer): number {
    const handle = bodyU64(request, 0);
    if (handle > EXEC_HANDLE) return -1;
    const node = this.#nodes.get(nodeOf(request));
    if (node && handle === READER_HANDLE && node.opens > 0) {
      this.#opened(node, -1);
      // The main thread keeps a copy of a file that left the tree while it was open.
      if (node.opens === 0 && (node.gone || node.busy)) return -1;
    }
    return fail(request, reply, 0);
  }

  #lookup(folder: CachedNode, request: Buffer, reply: Buffer): number {
    const name = readName(request, IN_HEADER_BYTES);
    if (!folder.entries || (folder.attr && !(folder.access & X_OK))) return -1;
    const id = folder.entries.get(name) ?? (folder.complete ? 0 : -1);
    if (id < 0) return -1;
    let attr: Buffer | undefined;
    if (id > 0) {
      const node = this.#nodes.get(id);
      if (!node?.attr || node.busy || node.gone || isFifo(node.attr.readUInt32LE(MODE_AT))) return -1;
      attr = node.attr;
    }
    putHeader(reply, OUT_HEADER_BYTES + ENTRY_OUT_BYTES, 0, request);
    putEntry(reply, OUT_HEADER_BYTES, id, this.#valid, attr);
    return OUT_HEADER_BYTES + ENTRY_OUT_BYTES;
  }

  #open(node: CachedNode, request: Buffer, reply: Buffer): number {
    if (!node.attr) return -1;
    const flags = bodyU32(request, 0);
    const mode = node.attr.readUInt32LE(MODE_AT);
    if ((mode & S.IFMT) !== S.IFREG) return -1;
    if (!(node.access & (flags & O.EXEC ? X_OK : R_OK))) return -1;
    let handle = READER_HANDLE;
    let answer = node.keep ? Fopen.KEEP_CACHE | Fopen.NOFLUSH : Fopen.NOFLUSH;
    if (flags & O.EXEC && this.#execLine.length > 0) {
      handle = EXEC_HANDLE;
      answer = Fopen.DIRECT_IO | Fopen.NOFLUSH;
    } else {
      if ((flags & O.ACCMODE) !== O.RDONLY || flags & O.TRUNC) return -1;
      if (!node.content) return -1;
      node.keep = true;
      this.#opened(node, 1);
    }
    putHeader(reply, OUT_HEADER_BYTES + 16, 0, request);
    putOpen(reply, OUT_HEADER_BYTES, handle, answer);
    return OUT_HEADER_BYTES + 16;
  }

  #data(request: Buffer, reply: Buffer, content: Uint8Array): number {
    const offset = bodyU64(request, 8);
    const end = Math.min(offset + bodyU32(request, 16), content.length);
    const length = OUT_HEADER_BYTES + Math.max(0, end - offset);
    if (length > reply.length) return -1;
    putHeader(reply, length, 0, request);
    if (end > offset) reply.set(content.subarray(offset, end), OUT_HEADER_BYTES);
    return length;
  }

  #openFolder(node: CachedNode, request: Buffer, reply: Buffer): number {
    if (!node.attr) return -1;
    if ((node.attr.readUInt32LE(MODE_AT) & S.IFMT) !== S.IFDIR) return fail(request, reply, ENOTDIR);
    if (!node.complete || !node.entries || !(node.access & R_OK)) return -1;
    const handle = this.#nextFolder++;
    this.#folders.set(handle, UNREAD);
    putHeader(reply, OUT_HEADER_BYTES + 16, 0, request);
    putOpen(reply, OUT_HEADER_BYTES, handle, Fopen.KEEP_CACHE | Fopen.CACHE_DIR);
    return OUT_HEADER_BYTES + 16;
  }

  /** undefined: it is not known who is in the folder, or nobody may be told. */
  #snapshot({ id, entries, complete, access }: CachedNode): Snapshot | undefined {
    if (!complete || !entries || !(access & R_OK)) return undefined;
    return [['.', id], ['..', id], ...[...entries].filter(([, child]) => child > 0)];
  }

  #list(folder: CachedNode, request: Buffer, reply: Buffer, plus: boolean): number {
    const handle = bodyU64(request, 0);
    const known = this.#folders.get(handle);
    const begins = bodyU64(request, 8) === 0 || known === UNREAD;
    const snapshot = begins ? this.#snapshot(folder) : known;
    if (!known || known === FORWARDED || !snapshot)
      return this.#forward(request, plus ? Op.READDIRPLUS : Op.READDIR);
    this.#folders.set(handle, snapshot);
    return putListing(request, reply, snapshot, plus, (id) => {
      const node = this.#nodes.get(id);
      if (!node?.attr) return undefined;
      // A file that is being written is looked up by itself, and so is a FIFO.
      const byItself = node.busy || node.gone || isFifo(node.attr.readUInt32LE(MODE_AT));
      return { attr: node.attr, valid: byItself ? 0 : this.#valid };
    });
  }
}

/** A reply of a header alone; errno 0 is success. */
export function fail(request: Buffer, reply: Buffer, errno: number): number {
  putHeader(reply, OUT_HEADER_BYTES, errno, request);
  return OUT_HEADER_BYTES;
}
