import type { ZmxError } from '../../protocol/errors.ts';
import { MAX_PATH_BYTES } from '../../protocol/messages/files.ts';
import type { RemoteFiles } from '../remote-files.ts';
import { S } from './abi.ts';
import { isEnding } from './callers.ts';
import { joinPath } from './change-log.ts';
import { attributesOfNew, type Node } from './node.ts';
import type { Unwritten } from './open-file.ts';
import { mayAccess, mayRemove, W_OK, X_OK } from './permission.ts';
import { gone, type RemoteTree } from './remote-tree.ts';
import type { Update } from './updates.ts';

/** NAME_MAX of Linux's file systems, bytes: a longer name the remote is asked for its error. */
const NAME_MAX_BYTES = 255;
/** Inode numbers shown for folders that the remote does not have yet: where no real ones are. */
const FIRST_PROVISIONAL_INO = 3n << 61n;

export interface WriteBehindOptions {
  readonly files: RemoteFiles;
  readonly remote: RemoteTree;
  readonly post: (update: Update) => void;
  /** The kernel is to ask for a folder's attributes again: it has asked before they were those of the remote. */
  readonly expired: (folder: Node) => void;
  /** A line for the user. */
  readonly notice: (line: string) => void;
}

/**
 * Folders and empty files that are made and files that are removed before the remote has answered,
 * in a tree that only this portal's programs use: nobody else can make the outcome another one, and
 * agents make and remove a handful of names around each command. A command that starts later
 * comes behind them, as behind every mutation. Content is written behind only by a program that
 * ends: it would hear of no failure, and what fails is rescued and told in any case.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #nextIno = FIRST_PROVISIONAL_INO;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Makes a folder whose name is known to be free; undefined: the remote has to be asked. */
  mkdir(folder: Node, name: string, mode: number): Node | undefined {
    const { files, remote, post, expired } = this.#options;
    const { tree } = remote;
    if (tree.child(folder, name) !== null || name.length > NAME_MAX_BYTES) return undefined;
    if (!mayAccess(files.identity, folder.attributes, W_OK | X_OK)) return undefined;
    if (!remote.space.hasFiles(folder.attributes)) return undefined;
    const path = pathOf(remote, folder, name);
    if (path.length > MAX_PATH_BYTES) return undefined;
    const ino = this.#nextIno++;
    const like = attributesOfNew(ino, mode | S.IFDIR, files.identity, folder.attributes);
    const attributes = { ...like, nlink: 2 };
    const made = tree.place(folder, name, attributes, { ours: true });
    made.shownIno = ino;
    tree.list(made, attributes, [], () => false);
    // Until its times are known the kernel may keep nothing of it.
    made.local = attributes;
    post({ kind: 'busy', node: made.id, busy: true });
    const settled = (): void => {
      made.local = undefined;
      tree.announce(made);
      post({ kind: 'busy', node: made.id, busy: false });
      expired(folder);
    };
    remote
      .mutateLater({ kind: 'mkdir', path, mode: mode | S.IFDIR }, { adopt: made })
      .then(settled, (error) => {
        settled();
        if (folder.children?.get(name) === made) tree.remove(folder, name, true);
        tree.unknown(folder, name);
        this.#failed(error);
      });
    return made;
  }

  /** Whether a close by this thread can be answered before the remote has what is unwritten. */
  async mayClose(unwritten: Unwritten, caller: number): Promise<boolean> {
    return unwritten === 'its name' || (await isEnding(caller));
  }

  /** Whether it is the only name of a file, and certain to go. */
  mayUnlink(folder: Node, { names, attributes }: Node): boolean {
    const { files } = this.#options;
    if (names.length !== 1 || attributes.nlink !== 1) return false;
    return mayRemove(files.identity, folder.attributes, attributes);
  }

  /** Removes such a name. */
  unlink(folder: Node, name: string, found: Node): void {
    const { remote, expired } = this.#options;
    const { tree } = remote;
    const { ino } = found.attributes;
    const path = pathOf(remote, folder, name);
    tree.remove(folder, name, false);
    // A change that was told meanwhile has brought it back.
    const apply = (): void => {
      if (folder.children?.get(name)?.attributes.ino === ino) tree.remove(folder, name, true);
    };
    const failed = (error: ZmxError): void => {
      tree.unknown(folder, name);
      this.#failed(error);
    };
    const removing = remote.mutateLater({ kind: 'unlink', path }, { apply }).catch(failed);
    void removing.then(() => expired(folder));
  }

  #failed(error: ZmxError): void {
    if (error.code !== 'closed' && error.code !== 'ENOENT') this.#options.notice(error.message);
  }
}

function pathOf({ tree }: RemoteTree, folder: Node, name: string): string {
  const path = tree.path(folder);
  if (path === undefined) throw gone();
  return joinPath(path, name);
}
