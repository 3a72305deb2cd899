import { constants } from 'node:os';
import { ZmxError } from '../../protocol/errors.ts';
import { Fopen, IN_HEADER_BYTES, MAX_WRITE_BYTES, Op, OUT_HEADER_BYTES } from './abi.ts';
import { isOpening } from './callers.ts';
import { putListing, type Snapshot, UNREAD } from './folder-listing.ts';
import { done, type HandlerContext, type Handlers, HandlerTools } from './handler.ts';
import { isFifo, type Node } from './node.ts';
import { requireAccess } from './permission.ts';
import { requireFolder } from './remote-tree.ts';
import { errorReply, openReply, reply } from './replies.ts';
import { bodyU32, bodyU64, callerOf, nodeOf, readName, readString } from './requests.ts';
import { FIRST_MAIN_HANDLE, FIRST_READER_FOLDER_HANDLE } from './updates.ts';

/** What reads: look-ups, attributes, folders, symlinks, xattrs. */
export function readingHandlers(context: HandlerContext): Handlers {
  const { files, tree, remote } = context;
  const tools = new HandlerTools(context);
  const folders = new Map<number, Snapshot>();
  let nextFolder = FIRST_MAIN_HANDLE;

  const list = async (folder: Node): Promise<void> => {
    requireFolder(folder);
    // One that was removed here, and is still some program's current folder, is empty.
    if (folder.names.length > 0 || folder === tree.root || folder.lost) await remote.list(folder);
  };

  const listing = async (request: Buffer, plus: boolean): Promise<Buffer> => {
    const handle = bodyU64(request, 0);
    let snapshot = folders.get(handle);
    // The reader's own come here when it can no longer answer.
    if (!snapshot && handle < FIRST_READER_FOLDER_HANDLE)
      throw new ZmxError('EBADF', 'a folder that is not open');
    if (!snapshot || snapshot === UNREAD || bodyU64(request, 8) === 0) {
      const folder = tools.node(request);
      await list(folder);
      const entries = [...(folder.children ?? [])];
      snapshot = [
        ['.', folder.id],
        ['..', folder.id],
        ...entries.flatMap(([name, child]): [string, number][] => (child ? [[name, child.id]] : [])),
      ];
      folders.set(handle, snapshot);
    }
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
        const found = await remote.child(tools.node(request), readName(request, IN_HEADER_BYTES));
        if (found && isFifo(found.attributes.mode) && (await isOpening(callerOf(request))))
          throw new ZmxError('ENXIO', 'FIFOs do not join hosts');
        return tools.entry(request, found);
      },
    ],
    [
      Op.GETATTR,
      async (request) => {
        const found = tools.node(request);
        await remote.attributes(found);
        return tools.attributes(request, found);
      },
    ],
    [
      Op.READLINK,
      async (request) => {
        const link = tools.node(request);
        const target = await remote.target(link);
        // The kernel does not say by which of its names it came.
        for (const path of tree.paths(link)) await context.links?.beforeRead(path, target, callerOf(request));
        return reply(request, Buffer.from(target, 'latin1'));
      },
    ],
    [
      Op.OPENDIR,
      async (request) => {
        const folder = tools.node(request);
        const handle = nextFolder++;
        await list(folder);
        folders.set(handle, UNREAD);
        return openReply(request, handle, tree.validity(folder) > 1 ? Fopen.KEEP_CACHE | Fopen.CACHE_DIR : 0);
      },
    ],
    [Op.READDIR, (request) => listing(request, false)],
    [Op.READDIRPLUS, (request) => listing(request, true)],
    [
      Op.RELEASEDIR,
      async (request) => {
        folders.delete(bodyU64(request, 0));
        return done(request);
      },
    ],
    [
      Op.ACCESS,
      async (request) => {
        const found = tools.node(request);
        await remote.attributes(found);
        requireAccess(files.identity, found.attributes, bodyU32(request, 0) & 7);
        return done(request);
      },
    ],
    [
      Op.STATFS,
      async (request) => {
        await remote.abreast();
        const found = tree.get(nodeOf(request));
        const known = found && !context.openFiles.isPending(found) ? tree.path(found) : undefined;
        const info = await files.statfs(known ?? '');
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
    [
      Op.GETXATTR,
      async (request) => {
        const size = bodyU32(request, 0);
        const name = readString(request, IN_HEADER_BYTES + 8);
        if (/^(security|system)\./.test(name)) throw new ZmxError('ENODATA', 'labels of another host');
        return sized(
          request,
          size,
          Buffer.from(await files.getxattr(await tools.remotePath(tools.node(request)), name)),
        );
      },
    ],
    [
      Op.LISTXATTR,
      async (request) => {
        const names = await files.listxattr(await tools.remotePath(tools.node(request)));
        const shown = names.filter((name) => !/^(security|system)\./.test(name));
        return sized(request, bodyU32(request, 0), Buffer.from(shown.map((name) => `${name}\0`).join('')));
      },
    ],
  ];
}

/** The two-step protocol of xattrs: size 0 asks for the size. */
function sized(request: Buffer, size: number, value: Buffer): Buffer {
  if (size === 0) {
    const body = Buffer.alloc(8);
    body.writeUInt32LE(value.length, 0);
    return reply(request, body);
  }
  return value.length > size ? errorReply(request, constants.errno.ERANGE) : reply(request, value);
}
