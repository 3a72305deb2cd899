import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageTable } from '../../protocol/codec.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body, MessageDefinition } from '../../protocol/message.ts';
import { allMessages } from '../../protocol/messages/index.ts';
import { FilesSession } from './files-session.ts';
import { QuietMark } from './quiet-mark.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker-messages.ts';

// The thread of one files session: file calls are synchronous and may take long, on a
// slow disk above all, and must never delay a key in the daemon's main thread.

/** Smaller payload is copied: its buffer may be node's pool, which others use too. */
const TRANSFERRED_BYTES = 16 * 1024;

const port: MessagePort = parentPort!;
const table = messageTable(allMessages);
const tell = (message: FromWorker, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);

const session = open(workerData as WorkerData);
if (session) port.on('message', (message: ToWorker) => received(session, message));

function open({ quiet, ...start }: WorkerData): FilesSession | undefined {
  try {
    const opened = new FilesSession({
      ...start,
      quiet: new QuietMark(quiet),
      send: (definition, body, payload = [], lane = definition.lane === 'both' ? 'bulk' : definition.lane) =>
        tell(
          { t: 'send', type: definition.type, body, payload, lane },
          payload.filter(isWhole).map(bufferOf),
        ),
    });
    tell({ t: 'opened' });
    return opened;
  } catch (error) {
    tell({ t: 'opened', error: ZmxError.info(error) });
    return undefined;
  }
}

function received(session: FilesSession, message: ToWorker): void {
  switch (message.t) {
    case 'message': {
      const definition = table.get(message.type)!;
      const body = message.body as Body<MessageDefinition>;
      session.handle({ definition, body, payload: message.payload });
      break;
    }
    case 'rooted':
      session.rooted(message.re);
      break;
    case 'settle':
      tell({ t: 'told', call: message.call, clock: session.settle() });
      break;
    case 'applied':
      void session.applied(message.seq).then(() => tell({ t: 'told', call: message.call, clock: 0 }));
      break;
    case 'close':
      session.close(message);
      port.close();
      break;
  }
}

/** Whether a view is large and has its buffer to itself, which can then change threads uncopied. */
function isWhole(view: Uint8Array): boolean {
  return view.byteLength >= TRANSFERRED_BYTES && view.byteLength * 2 >= view.buffer.byteLength;
}

function bufferOf(view: Uint8Array): ArrayBuffer {
  return view.buffer as ArrayBuffer;
}
