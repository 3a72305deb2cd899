import { ZmxError } from '../../protocol/errors.ts';
import { PIECE_BYTES } from '../../protocol/messages/files.ts';
import { StoppedWrite } from '../../protocol/stopped-write.ts';
import type { Contents } from './contents.ts';
import { WHOLE_FILE_BYTES } from './contents.ts';
import { type OpenFile, tailBytes } from './open-file.ts';
import { gone, type RemoteTree } from './remote-tree.ts';
import type { WorkingCopy } from './working-copy.ts';

/**
 * Brings what a file has unwritten to the remote; the first mutation is sent before it returns.
 * On failure all of it stays for the next try, but for a mode: that is told once.
 */
export async function flush(file: OpenFile, remote: RemoteTree, contents: Contents): Promise<void> {
  const keepsOrder = file.copy?.keepsOrder ?? tailBytes(file) < PIECE_BYTES;
  const sent = send(file, remote, contents);
  file.isSent = keepsOrder;
  try {
    await sent;
  } finally {
    file.isSent = false;
  }
}

async function send(file: OpenFile, remote: RemoteTree, contents: Contents): Promise<void> {
  const { copy, mode } = file;
  const path = remote.tree.path(file.node);
  if (path === undefined) throw gone();
  const keepsOrder = copy?.keepsOrder ?? false;
  const sent = copy ? flushCopy(file, copy, path, remote, contents) : flushTail(file, path, remote, contents);
  if (mode === undefined) return sent;
  if (!keepsOrder) await sent;
  const changed = remote.mutate({ kind: 'chmod', path, mode }).catch((error: unknown) => {
    remote.tree.stale(file.node);
    throw error;
  });
  await Promise.all([sent, changed]).finally(() => {
    file.mode = undefined;
  });
}

async function flushCopy(
  file: OpenFile,
  copy: WorkingCopy,
  path: string,
  remote: RemoteTree,
  contents: Contents,
): Promise<void> {
  const { node } = file;
  // Of a small file the new content is kept, so that reading it costs no round trip.
  const whole = copy.size <= WHOLE_FILE_BYTES ? copy.whole(contents.whole(node)) : undefined;
  try {
    for (const write of copy.pendingWrites()) {
      await remote.mutate({ kind: 'write', path, ...write }, { adopt: node });
      // It was rescued meanwhile, and its bytes are here no more.
      if (file.copy !== copy) throw new ZmxError('EIO', 'the portal ends');
      copy.written(node.attributes);
    }
  } catch (error) {
    // What has come there of it is the base of the next try.
    if (error instanceof StoppedWrite) {
      copy.written(node.attributes);
      contents.drop(node);
    }
    throw error;
  }
  copy.dispose();
  file.copy = undefined;
  contents.drop(node);
  if (whole && whole.length === node.attributes.size) contents.keep(node, whole);
  for (const handle of file.handles) handle.base = node.attributes;
}

async function flushTail(
  file: OpenFile,
  path: string,
  remote: RemoteTree,
  contents: Contents,
): Promise<void> {
  const { node } = file;
  const { size } = node.attributes;
  const data = Buffer.concat(file.tail);
  const head = contents.whole(node);
  // In one go with the new size: a read in between would find the bytes twice.
  const apply = (): void => {
    file.tail = [];
  };
  try {
    await remote.mutate({ kind: 'append', path, data }, { apply });
  } catch (error) {
    if (error instanceof StoppedWrite) {
      file.tail = [data.subarray(error.written)];
      contents.drop(node);
    }
    throw error;
  }
  const alone = node.attributes.size === size + data.length;
  // Still kept: nobody else has changed it meanwhile.
  const whole = alone && head && contents.whole(node) === head ? Buffer.concat([head, data]) : undefined;
  contents.drop(node);
  if (whole) contents.keep(node, whole);
  // Somebody else has appended too: what the kernel has is at the wrong place.
  if (!alone) remote.tree.stale(node);
}
