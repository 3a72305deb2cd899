import type { OnReadOpts, SocketConstructorOpts } from 'node:net';

/**
 * Options that make a socket read into one buffer and lend what came to `take`.
 * The usual 'data' events allocate 64 KiB for each read, which gives 4 KiB on a pty.
 * (net.Socket's constructor takes `onread` as net.connect does; its types lack it.)
 */
export function readInto(
  buffer: Uint8Array,
  take: (bytes: Uint8Array) => void,
): SocketConstructorOpts & { onread: OnReadOpts } {
  return {
    onread: {
      buffer,
      callback: (length) => {
        take(buffer.subarray(0, length));
        return true;
      },
    },
  };
}
