import { closeSync } from 'node:fs';
import { textOf } from '../base/byte-text.ts';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';

/** What another program sends over a unix socket once it has mounted. */
export interface ReceivedDevice {
  /** /dev/fuse of the mount, and its clone where one was sent; the caller's to close. */
  readonly device: number;
  readonly clone: number | undefined;
  /** The bytes that came with it, as text, see src/base/byte-text.ts. */
  readonly text: string;
}

/**
 * Waits for a descriptor (SCM_RIGHTS) from a program that mounts.
 * @throws ZmxError with the text where it sent only text; undefined where it closed the socket.
 */
export async function receiveDevice(socket: number): Promise<ReceivedDevice | undefined> {
  const message = await receive(socket);
  const text = textOf(message.data);
  const [device, clone, ...more] = message.fds;
  for (const fd of more) closeSync(fd);
  if (device === undefined) {
    if (text === '') return undefined;
    throw new ZmxError('mount', text);
  }
  for (const fd of [device, clone]) if (fd !== undefined) native().setCloexec(fd, true);
  native().setNonblocking(device);
  return { device, clone, text };
}

/** The next message of a socket; empty data at its end. */
export function receive(socket: number): Promise<{ data: Buffer; fds: readonly number[] }> {
  return new Promise((resolve, reject) => {
    const stop = native().onReadable(socket, () => {
      try {
        const message = native().recvFds(socket, false);
        if (!message) return;
        stop();
        resolve(message);
      } catch (error) {
        stop();
        reject(error as Error);
      }
    });
  });
}
