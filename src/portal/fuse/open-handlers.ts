import { ZmxError } from '../../protocol/errors.ts';
import { MAX_PATH_BYTES } from '../../protocol/messages/files.ts';
import {
  ENTRY_OUT_BYTES,
  Fattr,
  Fopen,
  IN_HEADER_BYTES,
  MAX_WRITE_BYTES,
  O,
  Op,
  OUT_HEADER_BYTES,
  S,
  WRITE_CACHE,
} from './abi.ts';
import { joinPath } from './change-log.ts';
import { done, type Handler, type HandlerContext, type Handlers, HandlerTools } from './handler.ts';
import { isFile, isFolder, type Node, withMode } from './node.ts';
import type { Handle } from './open-file.ts';
import { mayAccess, R_OK, requireAccess, W_OK, X_OK } from './permission.ts';
import { openReply, putEntry, putHeader, putOpen, reply } from './replies.ts';
import {
  bodyOffset,
  bodyTime,
  bodyU32,
  bodyU64,
  callerOf,
  MalformedRequest,
  nodeOf,
  readName,
} from './requests.ts';
import { EXEC_HANDLE, READER_HANDLE } from './updates.ts';

/** Flag of fallocate(2). */
const FALLOC_KEEP_SIZE = 1;

/** How a binary begins, see elf(5). */
const ELF = [0x7f, 0x45, 0x4c, 0x46];

/** What opens files, and reads and writes them. */
export function openHandlers(context: HandlerContext): Handlers {
  const { files, tree, remote, contents, openFiles, outbox, behind } = context;
  const tools = new HandlerTools(context);
  const handleOf = (request: Buffer): Handle => {
    const handle = openFiles.get(bodyU64(request, 0));
    if (!handle) throw new ZmxError('EBADF', 'not open for writing');
    return handle;
  };

  /** The kernel may keep its pages if it has been told of this content before. */
  const keep = (opened: Node): number => {
    if (opened.kernelHas) return Fopen.KEEP_CACHE;
    opened.kernelHas = true;
    return 0;
  };

  /** Whether a new file is certain to be one on the remote. */
  const mayMake = (folder: Node, name: string): boolean =>
    mayAccess(files.identity, folder.attributes, W_OK | X_OK) &&
    remote.space.hasFiles(folder.attributes) &&
    joinPath(tools.path(folder), name).length <= MAX_PATH_BYTES;

  /** A binary that may be running there: only opening it tells (ETXTBSY), and at its close that would be too late. */
  const mayBeExecuted = (file: Node): boolean => {
    if ((file.attributes.mode & 0o111) === 0 || file.names.length === 0 || openFiles.isPending(file))
      return false;
    const content = contents.whole(file);
    return !content || ELF.every((byte, at) => content[at] === byte);
  };

  const open: Handler = async (request) => {
    const found = tools.node(request);
    const flags = bodyU32(request, 0);
    const writes = (flags & O.ACCMODE) !== O.RDONLY;
    if (isFolder(found.attributes.mode)) throw new ZmxError('EISDIR', 'a folder');
    if (!isFile(found.attributes.mode)) throw new ZmxError('ENXIO', 'FIFOs and sockets do not join hosts');
    await remote.attributes(found);
    requireAccess(files.identity, found.attributes, wantedBy(flags));
    if (flags & O.EXEC) {
      await outbox.settle(found);
      if (context.execLine !== '') return openReply(request, EXEC_HANDLE, Fopen.DIRECT_IO | Fopen.NOFLUSH);
    }
    if (writes || flags & O.TRUNC) {
      if (mayBeExecuted(found)) await remote.mutate({ kind: 'write', path: tools.path(found), ranges: [] });
      const handle = await openFiles.open(found, (flags & O.APPEND) !== 0, (flags & O.TRUNC) !== 0);
      return openReply(request, handle.id, keep(found));
    }
    if (found.names.length > 0 && !openFiles.isPending(found)) await contents.open(found);
    openFiles.grant(found);
    if (found.notified) {
      // Else the program could see the new content with the old size.
      found.notified = false;
      await context.settled();
    }
    return openReply(request, READER_HANDLE, keep(found) | Fopen.NOFLUSH);
  };

  const create: Handler = async (request) => {
    const folder = tools.folder(nodeOf(request));
    const flags = bodyU32(request, 0);
    const mode = (bodyU32(request, 4) & 0o7777) | S.IFREG;
    const name = readName(request, IN_HEADER_BYTES + 16);
    let handle: Handle;
    const found = await remote.child(folder, name);
    if (found && flags & O.EXCL) throw new ZmxError('EEXIST', 'the file exists');
    if (found) requireAccess(files.identity, found.attributes, wantedBy(flags));
    if (found) handle = await openFiles.open(found, (flags & O.APPEND) !== 0, (flags & O.TRUNC) !== 0);
    else if (flags & O.EXCL || !mayMake(folder, name)) {
      const path = joinPath(tools.path(folder), name);
      await remote.mutate({ kind: 'create', path, mode, exclusive: (flags & O.EXCL) !== 0 });
      handle = await openFiles.open(await tools.existing(folder, name), (flags & O.APPEND) !== 0, false);
    } else handle = openFiles.create(folder, name, mode, (flags & O.APPEND) !== 0);
    const created = handle.file.node;
    const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + ENTRY_OUT_BYTES + 16);
    putHeader(message, message.length, 0, request);
    putEntry(message, OUT_HEADER_BYTES, created.id, tree.validity(created), tree.encoded(created));
    putOpen(message, OUT_HEADER_BYTES + ENTRY_OUT_BYTES, handle.id, Fopen.KEEP_CACHE);
    return message;
  };

  const setattr: Handler = async (request) => {
    const found = tools.node(request);
    const valid = bodyU32(request, 0);
    const handle = valid & Fattr.FH ? openFiles.get(bodyU64(request, 8)) : undefined;
    const { owner } = tree;
    if (
      (valid & Fattr.UID && bodyU32(request, 76) !== owner.uid) ||
      (valid & Fattr.GID && bodyU32(request, 80) !== owner.gid)
    )
      throw new ZmxError('EPERM', 'owners are those of the remote host');
    if (valid & Fattr.SIZE) {
      if (!handle) requireAccess(files.identity, found.attributes, W_OK);
      await openFiles.truncate(found, bodyOffset(request, 16), handle);
    }
    const mode = (bodyU32(request, 68) & 0o7777) | (found.attributes.mode & S.IFMT);
    if (valid & Fattr.MODE) {
      if (found.names.length === 0 && found !== tree.root)
        tree.setAttributes(found, withMode(found.attributes, mode), true);
      else await openFiles.chmod(found, mode);
    }
    if (valid & (Fattr.ATIME | Fattr.MTIME)) {
      const atime = valid & Fattr.ATIME_NOW ? 'now' : bodyTime(request, 32, 56);
      const mtime = valid & Fattr.MTIME_NOW ? 'now' : bodyTime(request, 40, 60);
      if (found.names.length === 0 && found !== tree.root) {
        const now = BigInt(Date.now()) * 1_000_000n;
        const shown = {
          ...(valid & Fattr.ATIME ? { atime: atime === 'now' ? now : atime } : {}),
          ...(valid & Fattr.MTIME ? { mtime: mtime === 'now' ? now : mtime } : {}),
        };
        tree.setAttributes(found, { ...found.attributes, ...shown }, true);
        if (found.local) found.local = { ...found.local, ...shown };
      } else
        await outbox.settleThen(found, () =>
          remote.mutate({
            kind: 'utimens',
            path: tools.path(found),
            ...(valid & Fattr.ATIME ? { atime } : {}),
            ...(valid & Fattr.MTIME ? { mtime } : {}),
          }),
        );
    }
    await remote.attributes(found);
    return tools.attributes(request, found);
  };

  return [
    [Op.OPEN, open],
    [Op.CREATE, create],
    [Op.SETATTR, setattr],
    [
      Op.READ,
      async (request) =>
        reply(
          request,
          await openFiles.read(
            tools.node(request),
            bodyOffset(request, 8),
            Math.min(bodyU32(request, 16), MAX_WRITE_BYTES),
          ),
        ),
    ],
    [
      Op.WRITE,
      async (request) => {
        const size = bodyU32(request, 16);
        const start = IN_HEADER_BYTES + 40;
        if (size !== request.length - start) throw new MalformedRequest('a write of another length');
        const offset = bodyOffset(request, 8);
        const mapped = (bodyU32(request, 20) & WRITE_CACHE) !== 0;
        const handle = handleOf(request);
        const at = handle.append && !mapped ? 'end' : offset;
        const taken = await openFiles.write(handle, at, request.subarray(start), mapped);
        const body = Buffer.alloc(8);
        body.writeUInt32LE(taken, 0);
        return reply(request, body);
      },
    ],
    [
      Op.FLUSH,
      async (request) => {
        const found = tools.node(request);
        const unwritten = outbox.unwritten(found);
        const settled = outbox.settleOrRescue(found);
        settled.catch(() => {}); // rescued and told, also where nobody waits for it
        const mayClose = unwritten !== 'nothing' && (await behind?.mayClose(unwritten, callerOf(request)));
        if (!mayClose) await settled;
        return done(request);
      },
    ],
    [
      Op.FSYNC,
      async (request) => {
        const found = tools.node(request);
        if (found.names.length === 0) return done(request);
        await outbox.settleThen(found, () => remote.mutate({ kind: 'fsync', path: tools.path(found) }));
        return done(request);
      },
    ],
    [
      Op.FSYNCDIR,
      async (request) => {
        await remote.mutate({ kind: 'fsync', path: tools.path(tools.node(request)) });
        return done(request);
      },
    ],
    [
      Op.RELEASE,
      async (request) => {
        const handle = bodyU64(request, 0);
        await openFiles.release(handle);
        const found = tree.get(nodeOf(request));
        if (found) openFiles.released(found);
        return done(request);
      },
    ],
    [
      Op.FALLOCATE,
      async (request) => {
        const handle = handleOf(request);
        const mode = bodyU32(request, 24);
        if (mode & ~FALLOC_KEEP_SIZE) throw new ZmxError('EOPNOTSUPP', 'space is only made');
        const keepSize = (mode & FALLOC_KEEP_SIZE) !== 0;
        await openFiles.allocate(handle, bodyOffset(request, 8), bodyOffset(request, 16), keepSize);
        return done(request);
      },
    ],
  ];
}

/** What an open with these flags takes, as bits of access(2)'s mode; execve(2) reads for itself. */
function wantedBy(flags: number): number {
  if (flags & O.EXEC) return X_OK;
  const access = flags & O.ACCMODE;
  return (access !== O.WRONLY ? R_OK : 0) | (access !== O.RDONLY || flags & O.TRUNC ? W_OK : 0);
}
