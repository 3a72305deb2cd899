import { parentPort, workerData } from 'node:worker_threads';
import { PaneWorker } from './pane-worker.ts';
import type { ToWorker, WorkerData } from './worker-messages.ts';

/** Entry of the threads in which panes are emulated. */
if (!parentPort) throw new Error('pane-worker is a worker thread of zmxd, not a program');
const port = parentPort;
const worker = new PaneWorker(workerData as WorkerData, (message, transfer) =>
  port.postMessage(message, transfer),
);
port.on('message', (message: ToWorker) => worker.receive(message));
