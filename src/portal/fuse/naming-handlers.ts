import { ZmxError } from '../../protocol/errors.ts';
import type { Mutation } from '../remote-files.ts';
import { IN_HEADER_BYTES, Op, S } from './abi.ts';
import { joinPath } from './change-log.ts';
import { done, type HandlerContext, type Handlers, HandlerTools } from './handler.ts';
import { isFolder } from './node.ts';
import { requireFolder } from './remote-tree.ts';
import { bodyU32, bodyU64, MalformedRequest, nodeOf, readName, readString } from './requests.ts';

/** Flags of renameat2(2). */
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;

/** What makes, moves and removes names. */
export function namingHandlers(context: HandlerContext): Handlers {
  const { tree, remote, openFiles, outbox, behind } = context;
  const tools = new HandlerTools(context);

  /** Makes something new under a name and replies with its entry. */
  const make = async (
    request: Buffer,
    name: string,
    mutation: (path: string) => Mutation,
  ): Promise<Buffer> => {
    const folder = tools.folder(nodeOf(request));
    await remote.mutate(mutation(joinPath(tools.path(folder), name)));
    return tools.entry(request, await tools.existing(folder, name));
  };

  const rename = async (
    request: Buffer,
    toFolderId: number,
    flags: number,
    namesAt: number,
  ): Promise<Buffer> => {
    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) throw new MalformedRequest('unknown flags of rename');
    const folder = tools.folder(nodeOf(request));
    const toFolder = tools.folder(toFolderId);
    const name = readName(request, namesAt);
    const toName = readName(request, namesAt + name.length + 1);
    const moved = await tools.existing(folder, name);
    // What is on its way to files in a folder would not find them under its new name.
    if (isFolder(moved.attributes.mode)) await outbox.settleAll();
    else await outbox.settle(moved);
    const target = await remote.child(toFolder, toName);
    const mutate = (): Promise<void> =>
      remote.mutate(
        {
          kind: 'rename',
          path: joinPath(tools.path(folder), name),
          to: joinPath(tools.path(toFolder), toName),
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
      await outbox.settle(target);
      await mutate();
    } else if (isFolder(target.attributes.mode)) {
      await outbox.settleWithin(target);
      await mutate();
    } else {
      await openFiles.detach(target, mutate);
      await remote.revise(target);
    }
    return done(request);
  };

  return [
    [
      Op.MKDIR,
      async (request) => {
        const mode = (bodyU32(request, 0) & 0o7777) | S.IFDIR;
        const name = readName(request, IN_HEADER_BYTES + 8);
        const early = behind?.mkdir(tools.folder(nodeOf(request)), name, mode);
        if (early) return tools.entry(request, early);
        const message = await make(request, name, (path) => ({ kind: 'mkdir', path, mode }));
        // Nobody has to be asked what is in a new folder.
        const made = tree.child(tools.node(request), name);
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
        return make(request, name, (path) => ({ kind: 'mknod', path, mode, rdev }));
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
        const folder = tools.folder(nodeOf(request));
        const linked = tree.get(bodyU64(request, 0));
        if (!linked || linked.names.length === 0) throw new ZmxError('ENOENT', 'no such file');
        const name = readName(request, IN_HEADER_BYTES + 8);
        await outbox.settle(linked);
        const to = joinPath(tools.path(folder), name);
        await remote.mutate(
          { kind: 'link', path: tools.path(linked), to },
          { apply: () => tree.link(linked, folder, name) },
        );
        return tools.entry(request, linked);
      },
    ],
    [
      Op.UNLINK,
      async (request) => {
        const folder = tools.folder(nodeOf(request));
        const name = readName(request, IN_HEADER_BYTES);
        const found = await tools.existing(folder, name);
        if (isFolder(found.attributes.mode)) throw new ZmxError('EISDIR', 'a folder');
        await openFiles.detach(found, async () => {
          const apply = (): void => tree.remove(folder, name, false);
          if (openFiles.isOnlyHere(found)) apply();
          else if (behind?.mayUnlink(folder, found)) behind.unlink(folder, name, found);
          else await remote.mutate({ kind: 'unlink', path: joinPath(tools.path(folder), name) }, { apply });
        });
        await remote.revise(found);
        return done(request);
      },
    ],
    [
      Op.RMDIR,
      async (request) => {
        const folder = tools.folder(nodeOf(request));
        const name = readName(request, IN_HEADER_BYTES);
        const found = await tools.existing(folder, name);
        requireFolder(found);
        await outbox.settleWithin(found);
        const path = joinPath(tools.path(folder), name);
        await remote.mutate({ kind: 'rmdir', path }, { apply: () => tree.remove(folder, name, false) });
        return done(request);
      },
    ],
    [Op.RENAME, (request) => rename(request, bodyU64(request, 0), 0, IN_HEADER_BYTES + 8)],
    [
      Op.RENAME2,
      (request) => rename(request, bodyU64(request, 0), bodyU32(request, 8), IN_HEADER_BYTES + 16),
    ],
  ];
}
