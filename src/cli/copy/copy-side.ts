import { pathOf, textOfLatin1 } from '../../base/byte-text.ts';
import { applyEffect, memoryContent } from '../../daemon/files/effects.ts';
import { FileTree } from '../../daemon/files/file-tree.ts';
import { ProtocolFiles } from '../../portal/protocol-files.ts';
import type { RemoteFiles } from '../../portal/remote-files.ts';
import { splitMutation } from '../../protocol/file-mutation.ts';
import type { Connection } from '../../transport/types.ts';

/** One folder that is copied from or to: here, or on a host. Paths are relative to it, in bytes. */
export interface CopySide
  extends Pick<RemoteFiles, 'root' | 'stat' | 'list' | 'readlink' | 'read' | 'mutate'> {
  close(): Promise<void> | void;
}

/** @throws ZmxError with the errno of the folder. */
export async function openSide(connection: Connection | undefined, folder: string): Promise<CopySide> {
  return connection ? ProtocolFiles.open(connection, folder) : hereSide(folder);
}

/** This machine's files, changed by the same code that changes them on a host: both ends behave alike. */
function hereSide(folder: string): CopySide {
  const tree = new FileTree(pathOf(folder));
  const answer = async <T>(value: () => T) => ({ clock: 0, value: value() });
  return {
    root: textOfLatin1(tree.root),
    stat: (path) => answer(() => tree.stat(path)),
    list: (path) => answer(() => tree.list(path)),
    readlink: (path) => answer(() => tree.readlink(path)),
    read: (path, offset, length) => answer(() => tree.read(path, offset, length)),
    mutate: (mutation) =>
      answer(() => {
        const { intent, parts } = splitMutation(mutation);
        applyEffect(tree, intent, memoryContent(parts));
        return { touched: [] };
      }),
    close: () => tree.close(),
  };
}
