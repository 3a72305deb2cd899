import { type MessagePort, parentPort } from 'node:worker_threads';
import { messageTable } from '../../protocol/codec.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body, MessageDefinition } from '../../protocol/message.ts';
import { allMessages } from '../../protocol/messages/index.ts';
import { FilesSession } from './files-session.ts';
import { QuietMark } from './quiet-mark.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

// The thread of one files session after the other: file calls are synchronous and may take long, on a
// slow disk above all, and must never delay a key in the daemon's main thread.

/** Smaller payload is copied: its buffer may be node's pool, which others use too. */
const TRANSFERRED_BYTES = 16 * 1024;

type Tell = (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;

const port: MessagePort = parentPort!;
const table = messageTable(allMessages);

/** The session, and its way to the main thread, which ends with it. */
interface Current {
  readonly session: FilesSession;
  readonly tell: Tell;
}

let turn = 0;
let current: Current | undefined;

port.on('message', (message: ToWorker) => {
  if (message.t === 'open') current = open(message.start, message.quiet);
  else if (current) received(current, message); // what follows an opening that failed is nobody's
});

function open(start: WorkerStart, quiet: SharedArrayBuffer): Current | undefined {
  const ours = ++turn;
  const tell: Tell = (message, transfer = []) => {
    if (ours === turn) port.postMessage(message, transfer);
  };
  try {
    const session = new FilesSession({
      ...start,
      quiet: new QuietMark(quiet),
      send: (definition, body, payload = [], lane = definition.lane === 'both' ? 'bulk' : definition.lane) =>
        tell(
          { t: 'send', type: definition.type, body, payload, lane },
          payload.filter(isWhole).map(bufferOf),
        ),
    });
    tell({ t: 'opened' });
    return { session, tell };
  } catch (error) {
    tell({ t: 'opened', error: ZmxError.info(error) });
    return undefined;
  }
}

function received({ session, tell }: Current, message: Exclude<ToWorker, { t: 'open' }>): void {
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
      tell({ t: 'closed' });
      turn += 1;
      current = undefined;
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
