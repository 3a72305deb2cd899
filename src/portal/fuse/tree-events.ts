import type { BytePath, FileAttributes, FileVersion, RemoteFiles } from '../remote-files.ts';
import type { Node } from './node.ts';
import type { Owner } from './replies.ts';
import type { Update } from './updates.ts';

export interface TreeOptions {
  readonly owner: Owner;
  readonly watched: boolean;
  readonly identity: RemoteFiles['identity'];
  readonly post: (update: Update) => void;
  readonly events: TreeEvents;
  /** Links of which the reader may not tell by itself where they lead. */
  readonly mayLeadOut?: ((path: BytePath, target: BytePath) => boolean) | undefined;
}

/** What the kernel and the content caches have to hear of. */
export interface TreeEvents {
  /** Attributes and perhaps content are not what they were, by somebody else's doing. */
  changed(node: Node): void;
  /** They are not what they were by our own doing, which the kernel knows of. */
  revised(node: Node, before: FileVersion): void;
  /** The remote does not have the file yet: its creation is deferred. */
  isPending(node: Node): boolean;
  /** A file that is open for writing here and is this one: somebody else has renamed it. */
  openFile(attributes: FileAttributes): Node | undefined;
  /** The last name of a node is gone. */
  left(node: Node): void;
  /** What is known may be out of date; content too unless `attributesOnly`. */
  doubted(node: Node, attributesOnly: boolean): void;
  /** A name does not mean what it meant, by somebody else's doing. */
  renamed(folder: Node, name: string): void;
}
