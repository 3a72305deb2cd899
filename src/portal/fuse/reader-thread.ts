import { Worker } from 'node:worker_threads';
import { entryPath } from '../../base/package-root.ts';

/**
 * A thread that will read requests once it is sent a ReaderStart. It can be begun while what it
 * is to serve is still being opened on the host, since a thread takes as long to start as a
 * round trip.
 */
export function beginReader(): Worker {
  return new Worker(entryPath('portal/fuse/reader'));
}
