import { ZmxError } from '../../protocol/errors.ts';
import type { BytePath, RemoteFiles } from '../remote-files.ts';
import type { Contents } from './contents.ts';
import type { Node } from './node.ts';
import type { OpenFiles } from './open-files.ts';
import type { Outbox } from './outbox.ts';
import { gone, type RemoteTree, requireFolder } from './remote-tree.ts';
import { attrReply, entryReply, errorReply } from './replies.ts';
import { nodeOf } from './requests.ts';
import type { Tree } from './tree.ts';
import type { WriteBehind } from './write-behind.ts';

/** Answers one request, or throws a ZmxError whose code is the errno. */
export type Handler = (request: Buffer) => Promise<Buffer>;

export type Handlers = readonly (readonly [opcode: number, handler: Handler])[];

/** What is to be done about symbolic links that lead out of the tree. */
export interface LinkRules {
  /** Whether that may be, by the text alone: only then is each of its uses asked about. */
  mayLeadOut(path: BytePath, target: BytePath): boolean;
  /**
   * Before the kernel is told where a link leads.
   * @param caller the thread that asks for it, perhaps in the middle of an open(2) through the link.
   * @throws ZmxError where it must not be followed
   */
  beforeRead(path: BytePath, target: BytePath, caller: number): Promise<void>;
}

export interface HandlerContext {
  readonly files: RemoteFiles;
  readonly tree: Tree;
  readonly remote: RemoteTree;
  readonly contents: Contents;
  readonly openFiles: OpenFiles;
  readonly outbox: Outbox;
  /** Of a tree that only this portal's programs use. */
  readonly behind: WriteBehind | undefined;
  /** Resolves when the kernel has acted on all notifications so far. */
  readonly settled: () => Promise<void>;
  readonly links: LinkRules | undefined;
  /** What execve(2) is to read of the tree's own executables; empty: what they hold. */
  readonly execLine: string;
}

/** What the handlers share. */
export class HandlerTools {
  readonly #context: HandlerContext;

  constructor(context: HandlerContext) {
    this.#context = context;
  }

  /** The node that a request is about. @throws ESTALE */
  node(request: Buffer): Node {
    return this.nodeById(nodeOf(request));
  }

  nodeById(id: number): Node {
    const found = this.#context.tree.get(id);
    if (!found) throw new ZmxError('ESTALE', 'an unknown file');
    return found;
  }

  /** @throws ESTALE, ENOTDIR */
  folder(id: number): Node {
    const found = this.nodeById(id);
    requireFolder(found);
    return found;
  }

  /** @throws ESTALE for what has left the tree */
  path(of: Node): BytePath {
    const path = this.#context.tree.path(of);
    if (path === undefined) throw gone();
    return path;
  }

  /** The path of a file after it has come to be on the remote. */
  async remotePath(of: Node): Promise<BytePath> {
    const { openFiles, outbox, remote } = this.#context;
    if (openFiles.isPending(of)) await outbox.settle(of);
    await remote.abreast();
    return this.path(of);
  }

  /** @throws ENOENT */
  async existing(folder: Node, name: string): Promise<Node> {
    const found = await this.#context.remote.child(folder, name);
    if (!found) throw new ZmxError('ENOENT', 'no such file');
    return found;
  }

  /** null: no such file, which the kernel may remember too. */
  entry(request: Buffer, found: Node | null): Buffer {
    const { tree } = this.#context;
    if (!found) return entryReply(request, 0, tree.validity(null));
    return entryReply(request, found.id, tree.validity(found), tree.encoded(found));
  }

  attributes(request: Buffer, found: Node): Buffer {
    const { tree } = this.#context;
    return attrReply(request, tree.validity(found), tree.encoded(found));
  }
}

export const done = (request: Buffer): Buffer => errorReply(request, 0);
