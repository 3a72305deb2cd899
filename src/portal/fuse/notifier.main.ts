import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The thread that tells the kernel what to forget. A notification may block until
 * a LOOKUP in the same folder or a READ of the same file is answered; in a thread that
 * has to answer it, that would be for ever.
 */
const { device } = workerData as { device: number };
const port = parentPort!;

port.on('message', (batch: { readonly sequence: number; readonly notifications: readonly Uint8Array[] }) => {
  for (const notification of batch.notifications) {
    try {
      writeSync(device, notification);
    } catch {
      // ENOENT: the kernel does not have it cached
    }
  }
  port.postMessage(batch.sequence);
});
