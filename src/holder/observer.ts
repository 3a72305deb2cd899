import type { OutputLog } from './output-log.ts';
import { type ExitStatus, type FromHolder, OBSERVER_CREDIT_BYTES } from './wire.ts';

/** Where an observer's frames go: one connection. */
export interface FrameSink {
  send(header: FromHolder, payload?: Uint8Array): void;
  /** Gathers what is sent until `uncork` into one write. */
  cork(): void;
  uncork(): void;
}

export interface Resize {
  readonly id: number;
  /** Offset of the output at which the size changed. */
  readonly offset: number;
  readonly cols: number;
  readonly rows: number;
}

/** What an observer reads of its pane. */
export interface Observed {
  readonly id: string;
  readonly out: OutputLog;
  /** Pipes only. */
  readonly err: OutputLog | undefined;
  /** Ascending ids and offsets. */
  readonly resizes: readonly Resize[];
  readonly exit: ExitStatus | undefined;
}

/**
 * Under a flood output is gathered for this long: reads give 4 KiB, and a frame for
 * each would cost more than its bytes. Short against a key's echo of 3 ms.
 */
const GATHER_MS = 2;
/** What goes at once in each such span: a prompt, an echo, a small redraw. */
const EAGER_BYTES = 16 * 1024;
/** Enough for a frame: not worth gathering more. */
const LARGE_BYTES = 64 * 1024;

interface Position {
  readonly log: OutputLog;
  sent: number;
  taken: number;
}

/**
 * One connection's view of one pane: a position in the pane's output, which moves
 * on as credit allows. It buffers nothing, so a stopped observer costs its credit only.
 * When a checkpoint has freed what it had not been sent yet, it goes on behind the gap.
 */
export class Observer {
  readonly #pane: Observed;
  readonly #sink: FrameSink;
  readonly #out: Position;
  readonly #err: Position | undefined;
  #resizeSent: number;
  #exitSent = false;
  #spanEnds = 0;
  #spanBytes = 0;
  #gathering: NodeJS.Timeout | undefined;

  constructor(pane: Observed, sink: FrameSink, from: number, errFrom: number) {
    this.#pane = pane;
    this.#sink = sink;
    this.#out = startAt(pane.out, from);
    this.#err = pane.err && startAt(pane.err, errFrom);
    this.#resizeSent = pane.resizes.findLast((resize) => resize.offset < from)?.id ?? -1;
  }

  /** Output that it has not said to have taken. */
  get untakenBytes(): number {
    return this.#out.log.end - this.#out.taken;
  }

  /** There is new output, or credit for it: sends it now or, in a flood, soon. */
  wake(): void {
    if (this.#waitingBytes() >= LARGE_BYTES) {
      this.flush();
      return;
    }
    if (this.#gathering) return;
    const now = performance.now();
    if (now >= this.#spanEnds) {
      this.#spanEnds = now + GATHER_MS;
      this.#spanBytes = 0;
    }
    if (this.#spanBytes < EAGER_BYTES) this.flush();
    else this.#gathering = setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Sends all that credit allows, resizes at their offsets, the exit after the last byte. */
  flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const { id: pane, resizes, exit } = this.#pane;
    const out = this.#out;
    this.#sink.cork();
    for (;;) {
      const resize = resizes.find((record) => record.id > this.#resizeSent);
      this.#send(out, resize?.offset ?? Number.POSITIVE_INFINITY, false);
      if (!resize || out.sent < resize.offset) break;
      this.#sink.send({ t: 'resized', pane, ...resize });
      this.#resizeSent = resize.id;
    }
    if (this.#err) this.#send(this.#err, Number.POSITIVE_INFINITY, true);
    if (exit && !this.#exitSent && this.#waitingBytes() === 0) {
      this.#exitSent = true;
      const errOffset = this.#err?.sent;
      this.#sink.send({
        t: 'exited',
        pane,
        observed: true,
        offset: out.sent,
        ...(errOffset !== undefined && { errOffset }),
        exit,
      });
    }
    this.#sink.uncork();
  }

  took(offset: number, errOffset: number): void {
    advance(this.#out, offset);
    if (this.#err) advance(this.#err, errOffset);
    this.wake();
  }

  dispose(): void {
    clearTimeout(this.#gathering);
  }

  #waitingBytes(): number {
    const err = this.#err ? this.#err.log.end - this.#err.sent : 0;
    return this.#out.log.end - this.#out.sent + err;
  }

  #send(at: Position, stop: number, err: boolean): void {
    const limit = Math.min(stop, at.taken + OBSERVER_CREDIT_BYTES);
    if (at.sent < at.log.from) at.sent = at.log.from;
    for (;;) {
      const bytes = at.log.read(at.sent, limit);
      if (bytes.length === 0) return;
      this.#sink.send({ t: 'output', pane: this.#pane.id, offset: at.sent, ...(err && { err }) }, bytes);
      at.sent += bytes.length;
      this.#spanBytes += bytes.length;
    }
  }
}

function startAt(log: OutputLog, offset: number): Position {
  const sent = Math.max(log.from, Math.min(offset, log.end));
  return { log, sent, taken: sent };
}

function advance(at: Position, taken: number): void {
  at.taken = Math.max(at.taken, Math.min(taken, at.sent));
}
