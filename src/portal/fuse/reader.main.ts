import { writeSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { native } from '../../base/native.ts';
import { MAX_WRITE_BYTES, OUT_HEADER_BYTES, REQUEST_BUFFER_BYTES } from './abi.ts';
import { fail, ReaderCache } from './reader-cache.ts';
import { inspect, isOneWay, MalformedRequest, opcodeOf } from './requests.ts';
import type { Forwarded, ReaderEnded, ReaderStart, Update } from './updates.ts';

/**
 * The thread that reads requests from the kernel and answers from its cache what it
 * can. It blocks in poll(2) and read(2), since asynchronous reads of the device through
 * node's thread pool take two to three times as long.
 */
const port = parentPort!;
/**
 * How long the next request is awaited without sleeping, us: a program's next file call comes some 40 us after an
 * answer. With one core it could not come meanwhile.
 */
const LOOK_US = availableParallelism() > 1 ? 60 : 0;
const buffer = Buffer.alloc(REQUEST_BUFFER_BYTES);
const answer = Buffer.alloc(OUT_HEADER_BYTES + MAX_WRITE_BYTES);
const { readUnless } = native();

function readRequest({ device, stop }: ReaderStart): number {
  try {
    return readUnless(device, stop, buffer, LOOK_US);
  } catch {
    return 0; // ENODEV: unmounted
  }
}

/** The kernel refuses a reply to a request that it has given up (ENOENT); there is nothing to mend. */
function send(device: number, length: number): void {
  try {
    writeSync(device, answer, 0, length);
  } catch {
    // see above
  }
}

function takeUpdates(cache: ReaderCache): void {
  for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port))
    for (const update of got.message as Update[]) cache.apply(update);
}

/** The length of the answer in `answer`, 0 for none, -1 to forward. */
function answerTo(cache: ReaderCache, request: Buffer): number {
  const verdict = inspect(request);
  if (verdict === 'drop') return 0;
  if (verdict !== 'ok')
    return isOneWay(opcodeOf(request)) ? 0 : fail(request, answer, constants.errno[verdict]);
  try {
    return cache.answer(request, answer);
  } catch (error) {
    const code = error instanceof MalformedRequest ? error.code : 'EIO';
    return isOneWay(opcodeOf(request)) ? 0 : fail(request, answer, constants.errno[code]);
  }
}

function serve(start: ReaderStart): void {
  const cache = new ReaderCache(start);
  for (let length = readRequest(start); length > 0; length = readRequest(start)) {
    takeUpdates(cache);
    const request = buffer.subarray(0, length);
    const result = answerTo(cache, request);
    if (result > 0) send(start.device, result);
    if (result >= 0) continue;
    const copy = new Uint8Array(length);
    copy.set(request);
    const message: Forwarded = { request: copy, opens: cache.takeOpens() };
    port.postMessage(message, [copy.buffer]);
  }
  port.postMessage({ ended: true } satisfies ReaderEnded);
  port.close();
}

// Within the first message's event: those behind it stay for takeUpdates.
port.once('message', serve);
