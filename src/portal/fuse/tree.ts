import type { BytePath, DirectoryEntry, FileAttributes, RemoteFiles } from '../remote-files.ts';
import { ATTR_BYTES, ROOT_ID } from './abi.ts';
import { KERNEL_CACHE_SECONDS, UNWATCHED_MS } from './cache-times.ts';
import {
  isFifo,
  isFolder,
  isLink,
  type Node,
  type Place,
  sameAttributes,
  sameFile,
  sameVersion,
  shownAttributes,
} from './node.ts';
import { accessBits, mayAccess, X_OK } from './permission.ts';
import { encodeAttributes, type Owner, putAttributes } from './replies.ts';
import type { TreeEvents, TreeOptions } from './tree-events.ts';
import type { Update } from './updates.ts';

/**
 * The tree as far as it is known, and the ids under which the kernel knows it.
 * Each change goes to the reader as an update too. Ids are never used twice, and
 * nodes of files that exist are kept (a few hundred bytes each), so that an id from the
 * kernel is always understood, in whichever order its FORGET arrives.
 */
export class Tree {
  readonly root: Node;
  readonly owner: Owner;
  readonly #nodes = new Map<number, Node>();
  /** Files with more than one link, by inode number, so that all their names share a node. */
  readonly #linked = new Map<bigint, Node>();
  readonly #post: (update: Update) => void;
  readonly #watched: boolean;
  readonly #identity: RemoteFiles['identity'];
  readonly #events: TreeEvents;
  readonly #mayLeadOut: TreeOptions['mayLeadOut'];
  #nextId = ROOT_ID;

  constructor(options: TreeOptions, root: FileAttributes) {
    this.#post = options.post;
    this.#watched = options.watched;
    this.#identity = options.identity;
    this.#events = options.events;
    this.#mayLeadOut = options.mayLeadOut;
    this.owner = options.owner;
    this.root = this.#make(root);
    this.#store(this.root, root);
    this.#postAttributes(this.root);
  }

  get(id: number): Node | undefined {
    return this.#nodes.get(id);
  }

  nodes(): Iterable<Node> {
    return this.#nodes.values();
  }

  /** The path from the root; undefined for a node that has left the tree. */
  path(node: Node): BytePath | undefined {
    if (node === this.root) return '';
    const place = node.names[0];
    return place && this.#pathAt(place);
  }

  /** One for each of its names. */
  paths(node: Node): BytePath[] {
    return node.names.map((place) => this.#pathAt(place)).filter((path) => path !== undefined);
  }

  /** The node at a path if it is known. */
  find(path: BytePath): Node | undefined {
    let node: Node | null | undefined = this.root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      node = node.children?.get(name);
      if (!node) return undefined;
    }
    return node;
  }

  isFresh(node: Node): boolean {
    return node.freshUntil > performance.now();
  }

  /** What a name is: a node, null for none, undefined for unknown. */
  child(folder: Node, name: string): Node | null | undefined {
    const known = folder.children?.get(name);
    if (known) return this.isFresh(known) ? known : undefined;
    if (!this.isFresh(folder)) return undefined;
    return known === null || folder.complete ? null : undefined;
  }

  /** `ours`: the change is the result of our own call, which the kernel knows of. */
  setAttributes(node: Node, attributes: FileAttributes, ours = false): void {
    const before = node.attributes;
    const differs = !sameAttributes(before, attributes);
    this.#store(node, attributes);
    this.#postAttributes(node);
    if (!differs) return;
    // The kernel asks nobody whether it may go through a folder to a name that it knows.
    const searchable = (of: FileAttributes): boolean => mayAccess(this.#identity, of, X_OK);
    if (searchable(before) && !searchable(attributes))
      for (const [name, child] of node.children ?? []) if (child) this.#events.renamed(node, name);
    if (ours) this.#events.revised(node, before);
    else this.#events.changed(node);
  }

  /** Tells the reader the attributes as they are to be shown now. */
  announce(node: Node): void {
    this.#postAttributes(node);
  }

  /** Seconds that the kernel may keep what it is told of this node. */
  validity(node: Node | null): number {
    // Which names the kernel knows not to exist is not recorded: unwatched, it must not know any.
    if (!node) return this.#watched ? KERNEL_CACHE_SECONDS : 0;
    // Each look-up of a FIFO has to come here: an open of it is refused there.
    if (node.local || isFifo(node.attributes.mode)) return 0;
    return this.#lasts(node) ? KERNEL_CACHE_SECONDS : UNWATCHED_MS / 1000;
  }

  encoded(node: Node): Buffer {
    return encodeAttributes(shownAttributes(node), this.owner);
  }

  /**
   * Takes in that `name` is a file with these attributes. Returns its node: the old one if it is the same
   * file. `ours`: we have made it, and the kernel knows.
   */
  place(
    folder: Node,
    name: string,
    attributes: FileAttributes,
    { target, ours = false }: { readonly target?: BytePath; readonly ours?: boolean } = {},
  ): Node {
    if (!ours && folder.listed && !folder.children?.has(name)) this.#events.renamed(folder, name);
    const node = this.#settle(folder, name, attributes, target, ours);
    this.#postAttributes(node);
    if (this.#lasts(node)) this.#post({ kind: 'entry', folder: folder.id, name, node: node.id });
    return node;
  }

  /** Takes in that there is no such file. */
  absent(folder: Node, name: string): void {
    this.#children(folder).set(name, null);
    if (this.#watched) this.#post({ kind: 'entry', folder: folder.id, name, node: 0 });
  }

  /** Takes in a whole folder. Names that were known and are not in it have left the tree. */
  list(
    folder: Node,
    self: FileAttributes,
    entries: readonly DirectoryEntry[],
    keep: (name: string) => boolean,
  ) {
    this.setAttributes(folder, self);
    const before = this.#children(folder);
    const names = new Set<string>();
    const nodes: Node[] = [];
    for (const entry of entries) {
      names.add(entry.name);
      if (folder.listed && !before.has(entry.name)) this.#events.renamed(folder, entry.name);
      nodes.push(this.#settle(folder, entry.name, entry.attributes, entry.target, false));
    }
    for (const [name, node] of before)
      if (node && !names.has(name)) {
        if (keep(name)) {
          names.add(name);
          nodes.push(node);
        } else {
          this.#leave(folder, name, node, true);
          this.#events.renamed(folder, name);
        }
      }
    folder.complete = true;
    folder.listed = true;
    if (!this.#watched) return;
    const attrs = Buffer.alloc(nodes.length * ATTR_BYTES);
    nodes.forEach((node, i) => {
      putAttributes(attrs, i * ATTR_BYTES, shownAttributes(node), this.owner);
    });
    this.#post({
      kind: 'listing',
      folder: folder.id,
      names: [...names],
      nodes: nodes.map((node) => node.id),
      attrs,
      access: Uint8Array.from(nodes, (node) => accessBits(this.#identity, node.attributes)),
    });
    for (const node of nodes) if (!this.#lasts(node)) this.#post({ kind: 'stale', node: node.id });
  }

  #store(node: Node, attributes: FileAttributes): void {
    const { ino } = node.attributes;
    // Another symlink may have got the inode number of the one before.
    if (isLink(attributes.mode) && !sameVersion(node.attributes, attributes)) {
      node.target = undefined;
      this.#post({ kind: 'stale', node: node.id });
    }
    if (this.#linked.get(ino) === node && (attributes.nlink <= 1 || ino !== attributes.ino))
      this.#linked.delete(ino);
    node.attributes = attributes;
    if (attributes.nlink > 1 && !isFolder(attributes.mode)) this.#linked.set(attributes.ino, node);
    node.freshUntil = this.#lasts(node) ? Number.POSITIVE_INFINITY : performance.now() + UNWATCHED_MS;
  }

  #postAttributes(node: Node): void {
    if (this.#lasts(node)) {
      const access = accessBits(this.#identity, node.attributes);
      this.#post({ kind: 'node', node: node.id, attr: this.encoded(node), access });
    } else this.#post({ kind: 'stale', node: node.id });
  }

  setTarget(node: Node, target: BytePath): void {
    node.target = target;
    if (!this.#lasts(node)) return;
    const asked = this.#mayLeadOut && this.paths(node).some((path) => this.#mayLeadOut!(path, target));
    this.#post({ kind: 'target', node: node.id, target: asked ? undefined : target });
  }

  /** Nothing is known of this name any more. */
  unknown(folder: Node, name: string): void {
    folder.children?.delete(name);
    folder.complete = false;
    this.#post({ kind: 'entry', folder: folder.id, name, node: -1 });
    this.#events.renamed(folder, name);
  }

  /** A name was removed: by us, or (`lost`) by somebody else. */
  remove(folder: Node, name: string, lost: boolean): void {
    const node = folder.children?.get(name);
    if (node) this.#leave(folder, name, node, lost);
    this.absent(folder, name);
    if (node && lost) this.#events.renamed(folder, name);
  }

  /** A file has got another name; what stood there has left the tree. */
  move(folder: Node, name: string, toFolder: Node, toName: string): void {
    const node = folder.children?.get(name);
    if (!node) return;
    const replaced = toFolder.children?.get(toName);
    if (replaced === node) return;
    if (replaced) this.#leave(toFolder, toName, replaced, false);
    this.#unname(node, folder, name);
    this.absent(folder, name);
    this.#name(node, toFolder, toName);
    this.#judgeLinks(node);
  }

  exchange(folder: Node, name: string, toFolder: Node, toName: string): void {
    const one = folder.children?.get(name);
    const other = toFolder.children?.get(toName);
    if (!one || !other || one === other) return;
    this.#unname(one, folder, name);
    this.#unname(other, toFolder, toName);
    this.#name(one, toFolder, toName);
    this.#name(other, folder, name);
    for (const node of [one, other]) this.#judgeLinks(node);
  }

  /** Another name for a file. */
  link(node: Node, folder: Node, name: string): void {
    this.#name(node, folder, name);
    this.#judgeLinks(node);
  }

  /** Nothing is known for sure of this node any more, though it still stands where it stood. */
  stale(node: Node, attributesOnly = false): void {
    // What has left the tree lives on here as it is.
    if (node.names.length === 0 && node !== this.root) return;
    node.freshUntil = 0;
    node.complete = false;
    node.target = undefined;
    for (const [name, child] of node.children ?? []) if (child === null) node.children?.delete(name);
    this.#post({ kind: 'stale', node: node.id });
    this.#events.doubted(node, attributesOnly);
  }

  /** Forgets a node that has left the tree, when nothing uses it any more. */
  drop(node: Node): void {
    if (node.names.length === 0 && node !== this.root) this.#nodes.delete(node.id);
  }

  #lasts(node: Node): boolean {
    if (!this.#watched) return false;
    // A write through a name outside the tree is seen by no watch.
    return isFolder(node.attributes.mode) || node.attributes.nlink <= Math.max(1, node.names.length);
  }

  #make(attributes: FileAttributes): Node {
    const node: Node = {
      id: this.#nextId++,
      attributes,
      shownIno: undefined,
      names: [],
      children: undefined,
      complete: false,
      listed: false,
      target: undefined,
      freshUntil: 0,
      local: undefined,
      kernelHas: false,
      notified: false,
      lastPath: undefined,
      lost: false,
    };
    this.#nodes.set(node.id, node);
    return node;
  }

  #settle(
    folder: Node,
    name: string,
    attributes: FileAttributes,
    target: BytePath | undefined,
    ours: boolean,
  ): Node {
    const before = folder.children?.get(name);
    const same = before && sameFile(before.attributes, attributes);
    // A file that is being made here: its inode becomes known with the answer to that.
    if (before && this.#events.isPending(before)) return before;
    let node: Node;
    let moved: Node | undefined;
    if (same) node = before;
    else {
      if (before) this.#leave(folder, name, before, true);
      if (before !== undefined && !ours) this.#events.renamed(folder, name);
      const linked = attributes.nlink > 1 ? this.#linked.get(attributes.ino) : undefined;
      moved = linked || ours ? undefined : this.#events.openFile(attributes);
      for (const place of [...(moved?.names ?? [])]) {
        this.#unname(moved!, place.folder, place.name);
        this.absent(place.folder, place.name);
        this.#events.renamed(place.folder, place.name);
      }
      node = moved ?? (linked && sameFile(linked.attributes, attributes) ? linked : this.#make(attributes));
      this.#name(node, folder, name, false);
    }
    const known = node.attributes;
    this.#store(node, attributes);
    if (moved) {
      moved.lost = false;
      this.#postAttributes(moved);
      this.#events.revised(moved, known);
    } else if (!sameAttributes(known, attributes)) this.#events.changed(node);
    if (target !== undefined && node.target !== target) this.setTarget(node, target);
    return node;
  }

  #children(folder: Node): Map<string, Node | null> {
    folder.children ??= new Map();
    return folder.children;
  }

  #pathAt({ folder, name }: Place): BytePath | undefined {
    const path = this.path(folder);
    return path === '' ? name : path && `${path}/${name}`;
  }

  /** Where a relative link leads depends on where it stands: those in a moved folder are judged again. */
  #judgeLinks(node: Node): void {
    if (node.target !== undefined) this.setTarget(node, node.target);
    for (const child of node.children?.values() ?? []) if (child) this.#judgeLinks(child);
  }

  #name(node: Node, folder: Node, name: string, post = true): void {
    node.names.push({ folder, name });
    this.#children(folder).set(name, node);
    if (post && this.#lasts(node)) this.#post({ kind: 'entry', folder: folder.id, name, node: node.id });
  }

  #unname(node: Node, folder: Node, name: string): void {
    const at = node.names.findIndex((place) => place.folder === folder && place.name === name);
    if (at >= 0) node.names.splice(at, 1);
    folder.children?.delete(name);
  }

  #leave(folder: Node, name: string, node: Node, lost: boolean): void {
    if (node.names.length === 1) node.lastPath = this.path(node);
    this.#unname(node, folder, name);
    if (node.names.length > 0) return;
    node.lost = lost;
    node.attributes = { ...node.attributes, nlink: 0 };
    node.freshUntil = Number.POSITIVE_INFINITY;
    if (this.#linked.get(node.attributes.ino) === node) this.#linked.delete(node.attributes.ino);
    this.#post({ kind: 'gone', node: node.id });
    for (const [childName, child] of node.children ?? [])
      if (child) this.#leave(node, childName, child, lost);
    this.#events.left(node);
  }
}
