import { ZmxError } from '../../protocol/errors.ts';
import { StoppedWrite } from '../../protocol/stopped-write.ts';
import type { PathEntry } from '../path-walk.ts';
import type {
  BytePath,
  Clocked,
  FileAttributes,
  Invalidation,
  Mutation,
  MutationResult,
  PrefetchBatch,
  RemoteFiles,
} from '../remote-files.ts';
import { ChangeLog, joinPath, nameOf, parentOf } from './change-log.ts';
import { isFolder, isLink, type Node, sameAttributes } from './node.ts';
import { mayAccess, R_OK, X_OK } from './permission.ts';
import { Space } from './space.ts';
import type { Tree } from './tree.ts';

/** A result that invalidations overtake again and again is asked for so often, then used but not trusted. */
const ATTEMPTS = 5;
/** Folders larger than this (st_size) are not listed for the sake of one look-up. */
const LIST_AT_ONCE_BYTES = 64 * 1024;

/** What the programs here do with the tree's files. */
export interface InUse {
  /** The remote does not have the file yet: its creation is deferred. */
  isPending(node: Node): boolean;
  isOpen(node: Node): boolean;
}

/**
 * The tree filled from the remote: asks for what is not known, each thing once at
 * a time, and takes in what calls and the remote's watch report.
 */
export class RemoteTree {
  readonly tree: Tree;
  readonly log = new ChangeLog();
  readonly space: Space;
  readonly #files: RemoteFiles;
  readonly #inUse: InUse;
  readonly #mutating = new Set<Promise<void>>();
  /** Those of them that nobody waits for. */
  readonly #later = new Set<Promise<void>>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(files: RemoteFiles, tree: Tree, inUse: InUse) {
    this.#files = files;
    this.tree = tree;
    this.space = new Space(files);
    this.#inUse = inUse;
  }

  /** What a name is. @throws ZmxError of the remote, but for ENOENT, which is null. */
  async child(folder: Node, name: string): Promise<Node | null> {
    const pending = folder.children?.get(name);
    if (pending && this.#inUse.isPending(pending)) return pending;
    const known = this.tree.child(folder, name);
    // What seems to be forbidden the remote decides, which knows of more than modes.
    const searchable = mayAccess(this.#files.identity, folder.attributes, X_OK);
    if (known !== undefined && searchable) return known;
    if (searchable && !folder.complete && folder.attributes.size <= LIST_AT_ONCE_BYTES) {
      const listed = await this.list(folder).then(() => this.tree.child(folder, name), unlessForbidden);
      if (listed !== undefined) return listed;
    }
    return this.#once(`child ${folder.id} ${name}`, async () => {
      try {
        const attributes = await this.#fresh(
          () => joinPath(this.#path(folder), name),
          (path) => this.#files.stat(path),
        );
        return this.tree.place(folder, name, attributes);
      } catch (error) {
        if (!(error instanceof ZmxError) || error.code !== 'ENOENT') throw error;
        this.#vanished(folder, name);
        return null;
      }
    });
  }

  /** What is at a path, none of whose folders is a link. @throws as `child` */
  async look(path: BytePath): Promise<PathEntry | undefined> {
    let node: Node | null = this.tree.root;
    for (const name of path === '' ? [] : path.split('/')) {
      node = isFolder(node.attributes.mode) ? await this.child(node, name) : null;
      if (!node) return undefined;
    }
    const { mode } = node.attributes;
    if (isLink(mode)) return { kind: 'link', target: await this.target(node) };
    return { kind: isFolder(mode) ? 'folder' : 'other' };
  }

  /** Attributes that hold. @throws ESTALE when the file has been replaced or removed. */
  async attributes(node: Node): Promise<FileAttributes> {
    if (node.names.length === 0 && node.lost && !this.#inUse.isOpen(node)) throw gone();
    if (this.tree.isFresh(node) || this.#inUse.isPending(node)) return node.attributes;
    return this.refresh(node);
  }

  /** Asks for the attributes, whatever is known. */
  async refresh(node: Node): Promise<FileAttributes> {
    await this.#once(`stat ${node.id}`, async () => {
      const place = node.names[0];
      if (!place && node !== this.tree.root) throw gone();
      try {
        const attributes = await this.#fresh(
          () => this.#path(node),
          (path) => this.#files.stat(path),
        );
        if (place) this.tree.place(place.folder, place.name, attributes);
        else this.tree.setAttributes(node, attributes);
      } catch (error) {
        if (place && error instanceof ZmxError && error.code === 'ENOENT')
          this.#vanished(place.folder, place.name);
        throw error;
      }
    });
    if (node.names.length === 0 && node !== this.tree.root) throw gone();
    return node.attributes;
  }

  /** Asks for the attributes after our own call has changed them through another name: a link count. */
  async revise(node: Node): Promise<void> {
    if (node.names.length === 0) return;
    const attributes = await this.fresh(node, (path) => this.#files.stat(path));
    if (attributes.ino === node.attributes.ino) this.tree.setAttributes(node, attributes, true);
    else this.tree.stale(node);
  }

  /** Makes the folder's children complete. */
  async list(folder: Node): Promise<void> {
    const readable = mayAccess(this.#files.identity, folder.attributes, R_OK);
    if (folder.complete && this.tree.isFresh(folder) && readable) return;
    await this.#once(`list ${folder.id}`, async () => {
      const { self, entries } = await this.#fresh(
        () => this.#path(folder),
        (path) => this.#files.list(path),
        true,
      );
      this.tree.list(folder, self, entries, this.#keep(folder));
    });
  }

  async target(node: Node): Promise<BytePath> {
    if (node.target !== undefined && this.tree.isFresh(node)) return node.target;
    const target = await this.fresh(node, (path) => this.#files.readlink(path));
    this.tree.setTarget(node, target);
    return target;
  }

  /** Runs a call about a node, and again when an invalidation has overtaken the reply. */
  fresh<T>(node: Node, call: (path: BytePath) => Promise<Clocked<T>>): Promise<T> {
    return this.#fresh(() => this.#path(node), call);
  }

  /**
   * Runs a mutation and takes its result in: `apply` tells the tree what it means, then come the
   * attributes of what it touched. `adopt`: the node that is at `path` now, whatever its inode.
   * @throws StoppedWrite after the same for what a write or append has come to
   */
  async mutate(
    mutation: Mutation,
    { apply, adopt }: { readonly apply?: () => void; readonly adopt?: Node } = {},
  ): Promise<void> {
    const mutating = this.log.during(async () => {
      const { clock, value, stopped } = await this.#attempt(mutation);
      for (const touched of value.touched) this.log.record(touched.path, false, clock);
      apply?.();
      for (const { path, attributes } of value.touched) {
        if (!attributes) continue;
        const node = path === mutation.path ? (adopt ?? this.tree.find(path)) : this.tree.find(path);
        if (node && (node === adopt || node.attributes.ino === attributes.ino)) {
          this.tree.setAttributes(node, attributes, true);
          continue;
        }
        const folder = path === '' ? undefined : this.tree.find(parentOf(path));
        if (folder) this.tree.place(folder, nameOf(path), attributes, { ours: true });
      }
      if (stopped) throw stopped;
    });
    this.#mutating.add(mutating);
    try {
      await mutating;
    } finally {
      this.#mutating.delete(mutating);
    }
  }

  async #attempt(mutation: Mutation): Promise<Clocked<MutationResult> & { stopped?: StoppedWrite }> {
    try {
      return await this.#files.mutate(mutation);
    } catch (error) {
      const { path } = mutation;
      const place = this.tree.find(path) ?? this.tree.find(parentOf(path));
      if (place) this.space.failed((error as ZmxError).code, place.attributes);
      if (error instanceof StoppedWrite) return { ...error.result, stopped: error };
      throw error;
    }
  }

  /** The same for a mutation whose call is answered before: what is asked from now on waits for it. */
  mutateLater(mutation: Mutation, options: Parameters<RemoteTree['mutate']>[1]): Promise<void> {
    const mutating = this.mutate(mutation, options).finally(() => this.#later.delete(mutating));
    this.#later.add(mutating);
    return mutating;
  }

  /** Resolves when the remote has what was answered before it did: a question may overtake that. */
  async abreast(): Promise<void> {
    if (this.#later.size > 0) await Promise.allSettled(this.#later);
  }

  /** Resolves when the mutations that are under way have had their results taken in. */
  async mutated(): Promise<void> {
    await Promise.allSettled(this.#mutating);
  }

  /** Takes in what was pushed. */
  invalidate(invalidation: Invalidation): void {
    for (const change of invalidation.paths) {
      this.log.record(change.path, change.tree, invalidation.clock);
      const node = this.tree.find(change.path);
      if (change.path === '') {
        this.#doubt(this.tree.root, change.attributes ?? undefined, change.tree);
        continue;
      }
      const folder = this.tree.find(parentOf(change.path));
      if (!folder) continue;
      const name = nameOf(change.path);
      if (change.attributes === null) {
        if (!node || !this.#inUse.isPending(node)) this.#vanished(folder, name);
      } else if (!node) {
        if (change.attributes && folder.children) this.tree.place(folder, name, change.attributes);
        else this.tree.unknown(folder, name);
      } else this.#doubt(node, change.attributes, change.tree);
    }
  }

  /** Takes in a part of the prefetched tree; `keep` gets a file's content when it is that of its attributes. */
  prefetched(batch: PrefetchBatch, keep: (node: Node, data: Uint8Array) => void): void {
    for (const found of batch.folders) {
      const folder = this.tree.find(found.path);
      if (!folder || folder.complete || this.log.listingOutdated(found.path, batch.clock)) continue;
      const stale = found.entries.some((entry) =>
        this.log.outdated(joinPath(found.path, entry.name), batch.clock),
      );
      if (!stale) this.tree.list(folder, found.self, found.entries, this.#keep(folder));
    }
    for (const file of batch.files) {
      const node = this.tree.find(file.path);
      if (!node || !this.tree.isFresh(node) || this.log.outdated(file.path, batch.clock)) continue;
      const { version } = file;
      if (version.mtime === node.attributes.mtime && version.size === node.attributes.size)
        keep(node, file.data);
    }
  }

  /** Nothing that is cached can be trusted: it is asked for again at its next use. */
  doubtAll(): void {
    this.log.restart();
    // A folder of which nothing was asked since it came into doubt is in doubt already, here and in the kernel.
    for (const node of this.tree.nodes())
      if ((node.freshUntil > 0 || node.children) && !this.#inUse.isPending(node)) this.tree.stale(node, true);
  }

  #doubt(node: Node, attributes: FileAttributes | undefined, tree: boolean): void {
    const place = node.names[0];
    if (attributes) {
      if (sameAttributes(attributes, node.attributes) && this.tree.isFresh(node) && !tree) return;
      if (place) this.tree.place(place.folder, place.name, attributes);
      else if (node === this.tree.root) this.tree.setAttributes(node, attributes);
    } else this.tree.stale(node);
    if (!tree) return;
    this.tree.stale(node);
    for (const child of node.children?.values() ?? []) if (child) this.#doubt(child, undefined, true);
  }

  #keep(folder: Node): (name: string) => boolean {
    return (name) => {
      const node = folder.children?.get(name);
      return !!node && this.#inUse.isPending(node);
    };
  }

  #vanished(folder: Node, name: string): void {
    this.tree.remove(folder, name, true);
  }

  #path(node: Node): BytePath {
    const path = this.tree.path(node);
    if (path === undefined) throw gone();
    return path;
  }

  async #fresh<T>(
    pathOf: () => BytePath,
    call: (path: BytePath) => Promise<Clocked<T>>,
    listing = false,
  ): Promise<T> {
    return this.log.during(async () => {
      await this.abreast();
      for (let attempt = 1; ; attempt++) {
        const path = pathOf();
        const { generation } = this.log;
        const { clock, value } = await call(path);
        const outdated = listing ? this.log.listingOutdated(path, clock) : this.log.outdated(path, clock);
        if ((!outdated && generation === this.log.generation) || attempt === ATTEMPTS) return value;
      }
    });
  }

  #once<T>(key: string, call: () => Promise<T>): Promise<T> {
    const running = this.#underWay.get(key);
    if (running) return running as Promise<T>;
    const started = call().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, started);
    return started;
  }
}

/** A folder whose names may not be listed may still be searched for one of them. */
function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof ZmxError) || error.code !== 'EACCES') throw error;
}

export const gone = (): ZmxError =>
  new ZmxError('ESTALE', 'the file was removed or replaced on the remote; open it again');

export function requireFolder(node: Node): void {
  if (!isFolder(node.attributes.mode)) throw new ZmxError('ENOTDIR', 'not a folder');
}
