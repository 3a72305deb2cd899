import { constants } from 'node:os';
import { ZmxError } from '../../protocol/errors.ts';
import type { RemoteFiles } from '../remote-files.ts';
import { Fopen, IN_HEADER_BYTES, MAX_WRITE_BYTES, Op, OUT_HEADER_BYTES } from './abi.ts';
import type { Contents } from './contents.ts';
import { putListing, type Snapshot } from './folder-listing.ts';
import type { OpenFiles } from './open-files.ts';
import { mayAccess } from './permission.ts';
import { type RemoteTree, requireFolder } from './remote-tree.ts';
import { attrReply, entryReply, errorReply, openReply, reply } from './replies.ts';
import { bodyU32, bodyU64, nodeOf, readName } from './requests.ts';
import type { Node, Tree } from './tree.ts';
import { FIRST_MAIN_HANDLE } from './updates.ts';

/** Answers one request, or throws a ZmxError whose code is the errno. */
export type Handler = (request: Buffer) => Promise<Buffer>;

export interface HandlerContext {
  readonly files: RemoteFiles;
  readonly tree: Tree;
  readonly remote: RemoteTree;
  readonly contents: Contents;
  readonly openFiles: OpenFiles;
  /** Resolves when the kernel has acted on all notifications so far. */
  readonly settled: () => Promise<void>;
  /** What execve(2) is to read of the tree's own executables; empty: what they hold. */
  readonly execLine: string;
}

/** What reads: look-ups, attributes, folders, symlinks, xattrs. */
export function readingHandlers(context: HandlerContext): [opcode: number, handler: Handler][] {
  const { files, tree, remote } = context;
  const node = (request: Buffer): Node => requireNode(tree, request);
  const entry = (request: Buffer, found: Node | null): Buffer =>
    found
      ? entryReply(request, found.id, tree.validity(found), tree.encoded(found))
      : entryReply(request, 0, tree.validity(null));
  const folders = new Map<number, Snapshot>();
  let nextFolder = FIRST_MAIN_HANDLE;
  const listing = (request: Buffer, plus: boolean): Buffer => {
    const snapshot = folders.get(bodyU64(request, 0));
    if (!snapshot) throw new ZmxError('EBADF', 'a folder that is not open');
    const answer = Buffer.alloc(OUT_HEADER_BYTES + Math.min(bodyU32(request, 16), MAX_WRITE_BYTES));
    const length = putListing(request, answer, snapshot, plus, (id) => {
      const found = tree.get(id);
      if (!found) return undefined;
      const known = tree.isFresh(found) && found.names.length > 0;
      return { attr: tree.encoded(found), valid: known ? tree.validity(found) : 0 };
    });
    return answer.subarray(0, length);
  };

  return [
    [
      Op.LOOKUP,
      async (request) => {
        const name = readName(request, IN_HEADER_BYTES);
        return entry(request, await remote.child(node(request), name));
      },
    ],
    [
      Op.GETATTR,
      async (request) => {
        const found = node(request);
        await remote.attributes(found);
        return attrReply(request, tree.validity(found), tree.encoded(found));
      },
    ],
    [
      Op.READLINK,
      async (request) => reply(request, Buffer.from(await remote.target(node(request)), 'latin1')),
    ],
    [
      Op.OPENDIR,
      async (request) => {
        const folder = node(request);
        requireFolder(folder);
        await remote.list(folder);
        const snapshot: [string, number][] = [
          ['.', folder.id],
          ['..', folder.id],
        ];
        for (const [name, child] of folder.children ?? []) if (child) snapshot.push([name, child.id]);
        const handle = nextFolder++;
        folders.set(handle, snapshot);
        return openReply(request, handle, tree.validity(folder) > 1 ? Fopen.KEEP_CACHE | Fopen.CACHE_DIR : 0);
      },
    ],
    [Op.READDIR, async (request) => listing(request, false)],
    [Op.READDIRPLUS, async (request) => listing(request, true)],
    [
      Op.RELEASEDIR,
      async (request) => {
        folders.delete(bodyU64(request, 0));
        return errorReply(request, 0);
      },
    ],
    [
      Op.ACCESS,
      async (request) => {
        const found = node(request);
        await remote.attributes(found);
        const allowed = mayAccess(files.identity, found.attributes, bodyU32(request, 0) & 7);
        return errorReply(request, allowed ? 0 : constants.errno.EACCES);
      },
    ],
    [
      Op.STATFS,
      async (request) => {
        const info = await files.statfs();
        const body = Buffer.alloc(80);
        body.writeBigUInt64LE(info.blocks, 0);
        body.writeBigUInt64LE(info.blocksFree, 8);
        body.writeBigUInt64LE(info.blocksAvailable, 16);
        body.writeBigUInt64LE(info.files, 24);
        body.writeBigUInt64LE(info.filesFree, 32);
        body.writeUInt32LE(info.blockSize, 40);
        body.writeUInt32LE(info.nameMax, 44);
        body.writeUInt32LE(info.blockSize, 48);
        return reply(request, body);
      },
    ],
  ];
}

export function requireNode(tree: Tree, request: Buffer): Node {
  const found = tree.get(nodeOf(request));
  if (!found) throw new ZmxError('ESTALE', 'an unknown file');
  return found;
}
