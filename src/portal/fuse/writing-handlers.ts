import { constants } from 'node:os';
import { ZmxError } from '../../protocol/errors.ts';
import type { Mutation } from '../remote-files.ts';
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
} from './abi.ts';
import { joinPath } from './change-log.ts';
import { type Handler, type HandlerContext, requireNode } from './handlers.ts';
import type { Handle } from './open-files.ts';
import { mayAccess, R_OK, W_OK } from './permission.ts';
import { gone, requireFolder } from './remote-tree.ts';
import {
  attrReply,
  entryReply,
  errorReply,
  openReply,
  putEntry,
  putHeader,
  putOpen,
  reply,
} from './replies.ts';
import {
  bodyOffset,
  bodyTime,
  bodyU32,
  bodyU64,
  MalformedRequest,
  nodeOf,
  readName,
  readString,
} from './requests.ts';
import { isFile, isFolder, type Node } from './tree.ts';
import { EXEC_HANDLE, READER_HANDLE } from './updates.ts';

/** Offset of st_mode in fuse_attr. */
const MODE_AT = 60;
/** Flags of renameat2(2). */
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
/** Flag of fallocate(2). */
const FALLOC_KEEP_SIZE = 1;

/** What opens and changes files. */
export function writingHandlers(context: HandlerContext): [opcode: number, handler: Handler][] {
  const { files, tree, remote, contents, openFiles } = context;
  const node = (request: Buffer): Node => requireNode(tree, request);
  const pathOf = (of: Node): string => {
    const path = tree.path(of);
    if (path === undefined) throw gone();
    return path;
  };
  const folderNode = (id: number): Node => {
    const folder = tree.get(id);
    if (!folder) throw new ZmxError('ESTALE', 'an unknown folder');
    requireFolder(folder);
    return folder;
  };
  const existing = async (folder: Node, name: string): Promise<Node> => {
    const found = await remote.child(folder, name);
    if (!found) throw new ZmxError('ENOENT', 'no such file');
    return found;
  };
  const handleOf = (request: Buffer): Handle => {
    const handle = openFiles.get(bodyU64(request, 0));
    if (!handle) throw new ZmxError('EBADF', 'not open for writing');
    return handle;
  };
  const entry = (request: Buffer, found: Node): Buffer =>
    entryReply(request, found.id, tree.validity(found), tree.encoded(found));
  const done = (request: Buffer): Buffer => errorReply(request, 0);

  /** The path of a file that the remote has. */
  const remotePath = async (of: Node): Promise<string> => {
    if (openFiles.isPending(of)) await openFiles.settle(of);
    return pathOf(of);
  };

  /** Makes something new under a name and replies with its entry. */
  const make = async (
    request: Buffer,
    name: string,
    mutation: (path: string) => Mutation,
  ): Promise<Buffer> => {
    const folder = folderNode(node(request).id);
    await remote.mutate(mutation(joinPath(pathOf(folder), name)));
    return entry(request, await existing(folder, name));
  };

  /** The kernel may keep its pages if it has been told of this content before. */
  const keep = (opened: Node): number => {
    if (opened.kernelHas) return Fopen.KEEP_CACHE;
    opened.kernelHas = true;
    return 0;
  };

  const open: Handler = async (request) => {
    const found = node(request);
    const flags = bodyU32(request, 0);
    const writes = (flags & O.ACCMODE) !== O.RDONLY;
    if (isFolder(found.attributes.mode)) throw new ZmxError('EISDIR', 'a folder');
    if (!isFile(found.attributes.mode)) throw new ZmxError('ENXIO', 'FIFOs and sockets do not join hosts');
    await remote.attributes(found);
    const wanted = ((flags & O.ACCMODE) !== O.WRONLY ? R_OK : 0) | (writes || flags & O.TRUNC ? W_OK : 0);
    if (!mayAccess(files.identity, found.attributes, wanted))
      throw new ZmxError('EACCES', 'permission denied');
    if (flags & O.EXEC) {
      await openFiles.settle(found);
      if (context.execLine !== '') return openReply(request, EXEC_HANDLE, Fopen.DIRECT_IO | Fopen.NOFLUSH);
    }
    if (writes || flags & O.TRUNC) {
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
    const folder = folderNode(node(request).id);
    const flags = bodyU32(request, 0);
    const mode = (bodyU32(request, 4) & 0o7777) | S.IFREG;
    const name = readName(request, IN_HEADER_BYTES + 16);
    let handle: Handle;
    const found = await remote.child(folder, name);
    if (found && flags & O.EXCL) throw new ZmxError('EEXIST', 'the file exists');
    if (found) handle = await openFiles.open(found, (flags & O.APPEND) !== 0, (flags & O.TRUNC) !== 0);
    else if (flags & O.EXCL || !mayAccess(files.identity, folder.attributes, W_OK)) {
      const path = joinPath(pathOf(folder), name);
      await remote.mutate({ kind: 'create', path, mode, exclusive: (flags & O.EXCL) !== 0 });
      handle = await openFiles.open(await existing(folder, name), (flags & O.APPEND) !== 0, false);
    } else handle = openFiles.create(folder, name, mode, (flags & O.APPEND) !== 0);
    const created = handle.file.node;
    const message = Buffer.allocUnsafe(OUT_HEADER_BYTES + ENTRY_OUT_BYTES + 16);
    putHeader(message, message.length, 0, request);
    putEntry(message, OUT_HEADER_BYTES, created.id, tree.validity(created), tree.encoded(created));
    putOpen(message, OUT_HEADER_BYTES + ENTRY_OUT_BYTES, handle.id, Fopen.KEEP_CACHE);
    return message;
  };

  const setattr: Handler = async (request) => {
    const found = node(request);
    const valid = bodyU32(request, 0);
    const handle = valid & Fattr.FH ? openFiles.get(bodyU64(request, 8)) : undefined;
    const { owner } = tree;
    if (
      (valid & Fattr.UID && bodyU32(request, 76) !== owner.uid) ||
      (valid & Fattr.GID && bodyU32(request, 80) !== owner.gid)
    )
      throw new ZmxError('EPERM', 'owners are those of the remote host');
    if (valid & Fattr.SIZE) {
      if (!handle && !mayAccess(files.identity, found.attributes, W_OK))
        throw new ZmxError('EACCES', 'permission denied');
      await openFiles.truncate(found, bodyOffset(request, 16), handle);
    }
    const mode = (bodyU32(request, 68) & 0o7777) | (found.attributes.mode & S.IFMT);
    if (valid & Fattr.MODE) {
      if (found.names.length === 0 && found !== tree.root)
        tree.setAttributes(found, { ...found.attributes, mode }, true);
      else
        await openFiles.settleThen(found, () => remote.mutate({ kind: 'chmod', path: pathOf(found), mode }));
    }
    if (valid & (Fattr.ATIME | Fattr.MTIME) && (found.names.length > 0 || found === tree.root)) {
      const atime = valid & Fattr.ATIME_NOW ? 'now' : bodyTime(request, 32, 56);
      const mtime = valid & Fattr.MTIME_NOW ? 'now' : bodyTime(request, 40, 60);
      await openFiles.settleThen(found, () =>
        remote.mutate({
          kind: 'utimens',
          path: pathOf(found),
          ...(valid & Fattr.ATIME ? { atime } : {}),
          ...(valid & Fattr.MTIME ? { mtime } : {}),
        }),
      );
    }
    await remote.attributes(found);
    return attrReply(request, tree.validity(found), tree.encoded(found));
  };

  const rename = async (
    request: Buffer,
    toFolderId: number,
    flags: number,
    namesAt: number,
  ): Promise<Buffer> => {
    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) throw new MalformedRequest('unknown flags of rename');
    const folder = folderNode(node(request).id);
    const toFolder = folderNode(toFolderId);
    const name = readName(request, namesAt);
    const toName = readName(request, namesAt + name.length + 1);
    const moved = await existing(folder, name);
    // What is on its way to files in a folder would not find them under its new name.
    if (isFolder(moved.attributes.mode)) await openFiles.settleAll();
    else await openFiles.settle(moved);
    const target = await remote.child(toFolder, toName);
    const mutate = (): Promise<void> =>
      remote.mutate(
        {
          kind: 'rename',
          path: joinPath(pathOf(folder), name),
          to: joinPath(pathOf(toFolder), toName),
          flags,
        },
        {
          apply: () => {
            if (flags & RENAME_EXCHANGE) tree.exchange(folder, name, toFolder, toName);
            else tree.move(folder, name, toFolder, toName);
          },
        },
      );
    if (!target || target === moved) await mutate();
    else if (flags & RENAME_EXCHANGE) {
      await openFiles.settle(target);
      await mutate();
    } else if (isFolder(target.attributes.mode)) {
      await openFiles.settleWithin(target);
      await mutate();
    } else {
      await openFiles.detach(target, mutate);
      await remote.revise(target);
    }
    return done(request);
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
            node(request),
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
        await openFiles.write(handleOf(request), offset, request.subarray(start));
        const body = Buffer.alloc(8);
        body.writeUInt32LE(size, 0);
        return reply(request, body);
      },
    ],
    [
      Op.FLUSH,
      async (request) => {
        await openFiles.settleOrRescue(node(request));
        return done(request);
      },
    ],
    [
      Op.FSYNC,
      async (request) => {
        const found = node(request);
        if (found.names.length === 0) return done(request);
        await openFiles.settleThen(found, () => remote.mutate({ kind: 'fsync', path: pathOf(found) }));
        return done(request);
      },
    ],
    [
      Op.FSYNCDIR,
      async (request) => {
        await remote.mutate({ kind: 'fsync', path: pathOf(node(request)) });
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
        const end = bodyOffset(request, 8) + bodyOffset(request, 16);
        if (mode & ~FALLOC_KEEP_SIZE) throw new ZmxError('EOPNOTSUPP', 'only space at the end is made');
        const size = handle.file.node.local?.size ?? handle.file.node.attributes.size;
        if (!(mode & FALLOC_KEEP_SIZE) && end > size) await openFiles.truncate(handle.file.node, end, handle);
        return done(request);
      },
    ],
    [
      Op.MKDIR,
      async (request) => {
        const mode = (bodyU32(request, 0) & 0o7777) | S.IFDIR;
        const name = readName(request, IN_HEADER_BYTES + 8);
        const message = await make(request, name, (path) => ({ kind: 'mkdir', path, mode }));
        // Nobody has to be asked what is in a new folder.
        const made = tree.child(node(request), name);
        if (made && !made.listed) tree.list(made, made.attributes, [], () => false);
        return message;
      },
    ],
    [
      Op.MKNOD,
      async (request) => {
        const mode = bodyU32(request, 0);
        const rdev = bodyU32(request, 4);
        const name = readName(request, IN_HEADER_BYTES + 16);
        const type = mode & S.IFMT;
        if (type === S.IFREG)
          return make(request, name, (path) => ({ kind: 'create', path, mode, exclusive: true }));
        if (type !== S.IFIFO && type !== S.IFSOCK)
          throw new ZmxError('EPERM', 'no devices through the portal');
        const message = await make(request, name, (path) => ({ kind: 'mknod', path, mode, rdev }));
        if (type === S.IFSOCK) return message;
        // mkfifo(3) insists on a FIFO; from the next look-up on it is shown as what cannot be opened.
        const found = await existing(folderNode(node(request).id), name);
        const attr = tree.encoded(found);
        attr.writeUInt32LE(found.attributes.mode, MODE_AT);
        return entryReply(request, found.id, 0, attr);
      },
    ],
    [
      Op.SYMLINK,
      (request) => {
        const name = readName(request, IN_HEADER_BYTES);
        const target = readString(request, IN_HEADER_BYTES + name.length + 1);
        return make(request, name, (path) => ({ kind: 'symlink', path, target }));
      },
    ],
    [
      Op.LINK,
      async (request) => {
        const folder = folderNode(node(request).id);
        const linked = tree.get(bodyU64(request, 0));
        if (!linked || linked.names.length === 0) throw new ZmxError('ENOENT', 'no such file');
        const name = readName(request, IN_HEADER_BYTES + 8);
        await openFiles.settle(linked);
        const to = joinPath(pathOf(folder), name);
        await remote.mutate(
          { kind: 'link', path: pathOf(linked), to },
          { apply: () => tree.link(linked, folder, name) },
        );
        return entry(request, linked);
      },
    ],
    [
      Op.UNLINK,
      async (request) => {
        const folder = folderNode(node(request).id);
        const name = readName(request, IN_HEADER_BYTES);
        const found = await existing(folder, name);
        if (isFolder(found.attributes.mode)) throw new ZmxError('EISDIR', 'a folder');
        await openFiles.detach(found, async () => {
          const apply = (): void => tree.remove(folder, name, false);
          if (openFiles.isPending(found)) apply();
          else await remote.mutate({ kind: 'unlink', path: joinPath(pathOf(folder), name) }, { apply });
        });
        await remote.revise(found);
        return done(request);
      },
    ],
    [
      Op.RMDIR,
      async (request) => {
        const folder = folderNode(node(request).id);
        const name = readName(request, IN_HEADER_BYTES);
        const found = await existing(folder, name);
        requireFolder(found);
        await openFiles.settleWithin(found);
        const path = joinPath(pathOf(folder), name);
        await remote.mutate({ kind: 'rmdir', path }, { apply: () => tree.remove(folder, name, false) });
        return done(request);
      },
    ],
    [Op.RENAME, (request) => rename(request, bodyU64(request, 0), 0, IN_HEADER_BYTES + 8)],
    [
      Op.RENAME2,
      (request) => rename(request, bodyU64(request, 0), bodyU32(request, 8), IN_HEADER_BYTES + 16),
    ],
    [
      Op.GETXATTR,
      async (request) => {
        const size = bodyU32(request, 0);
        const name = readString(request, IN_HEADER_BYTES + 8);
        if (/^(security|system)\./.test(name)) throw new ZmxError('ENODATA', 'labels of another host');
        return sized(request, size, Buffer.from(await files.getxattr(await remotePath(node(request)), name)));
      },
    ],
    [
      Op.LISTXATTR,
      async (request) => {
        const names = await files.listxattr(await remotePath(node(request)));
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
