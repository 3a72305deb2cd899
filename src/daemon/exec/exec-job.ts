import type { Disposable } from '../../base/disposable.ts';
import type { HolderClient, Observation } from '../../holder/holder-client.ts';
import type { ExitStatus } from '../../holder/wire.ts';
import { EXEC_OUTPUT } from '../../protocol/messages/exec.ts';
import type { Peer } from '../../transport/types.ts';

/** The holder is given credit while the client's lanes hold less than this, so that a slow link costs memory here only up to it. Bytes. */
const QUEUE_LIMIT_BYTES = 2 * 1024 * 1024;

/**
 * That a command runs is told this much later, or with its end: most of an agent's commands end at once, and
 * on a bad line what is told in two packets waits for the slower of them. ms.
 */
const START_HELD_MS = 5;

export interface Offsets {
  out: number;
  err: number;
}

/**
 * One command's output on its way to the client that follows it. The holder keeps what
 * the client has not taken, so this holds nothing that a restart could lose.
 */
export class ExecJob {
  readonly op: string;
  readonly portal: string;
  readonly #holder: HolderClient;
  #peer: Peer | undefined;
  #observation: Observation | undefined;
  readonly #sent: Offsets = { out: 0, err: 0 };
  /** What of it the client has taken, and the holder was told of. */
  readonly #taken: Offsets = { out: 0, err: 0 };
  /** While there is no room for more in the lanes. */
  #awaitingRoom: Disposable | undefined;
  #start: { readonly re: number | undefined; readonly tell: (byEnd: boolean) => void } | undefined;
  #startHeld: NodeJS.Timeout | undefined;

  constructor(op: string, portal: string, holder: HolderClient) {
    this.op = op;
    this.portal = portal;
    this.#holder = holder;
  }

  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** One past what has been handed to the transport. */
  get sent(): Readonly<Offsets> {
    return this.#sent;
  }

  get holder(): HolderClient {
    return this.#holder;
  }

  /**
   * Its client is to be told that it runs, once it does: by `tell`, and before its end.
   * @param re the request that its end may answer as well: then `tell` only hears of that.
   */
  starts(re: number | undefined, tell: (byEnd: boolean) => void): void {
    this.tellStart();
    this.#start = { re, tell };
  }

  /** It runs: that is told soon, unless it has been told with its end already. */
  runs(): void {
    if (this.#start) this.#startHeld ??= setTimeout(() => this.tellStart(), START_HELD_MS);
  }

  /** It does not run: whoever waits is told so by others. */
  doesNotRun(): void {
    this.#start = undefined;
    this.unfollow();
  }

  /** Tells it now, unless that has been done. */
  tellStart(byEnd = false): void {
    const start = this.#start;
    this.#start = undefined;
    clearTimeout(this.#startHeld);
    this.#startHeld = undefined;
    start?.tell(byEnd);
  }

  /** Its end is told now: the request that this answers too; undefined where its start has been told, or is now. */
  answerStart(): number | undefined {
    const re = this.#start?.re;
    this.tellStart(re !== undefined);
    return re;
  }

  /** Sends output from these offsets on to `peer`, and calls back after the last byte. */
  follow(peer: Peer, from: Offsets, exited: (exit: ExitStatus, ends: Offsets) => void): void {
    this.#peer = peer;
    Object.assign(this.#sent, from);
    Object.assign(this.#taken, from);
    this.#endObservation();
    this.#observation = this.#holder.observe(
      this.op,
      from.out,
      {
        output: (bytes, offset, isErr) => this.#output(bytes, offset, isErr),
        exited: (exit, out, err) => exited(exit, { out, err }),
      },
      from.err,
    );
  }

  /** The client has written this much where it belongs: the holder may drop it. */
  taken(offsets: Offsets): void {
    this.#taken.out = Math.max(this.#taken.out, offsets.out);
    this.#taken.err = Math.max(this.#taken.err, offsets.err);
    this.#holder.free(this.op, this.#taken.out, this.#taken.err);
  }

  /** Nobody follows any more; the holder keeps what comes. */
  unfollow(): void {
    this.tellStart();
    this.#endObservation();
    this.#peer = undefined;
  }

  #output(bytes: Uint8Array, offset: number, isErr: boolean): void {
    this.#sent[isErr ? 'err' : 'out'] = offset + bytes.length;
    this.#peer?.send(EXEC_OUTPUT, { op: this.op, stream: isErr ? 2 : 1, offset }, [bytes], 'bulk');
    this.#credit();
  }

  /**
   * Without room it waits for the lanes, not for a word of its own client's: what fills them may be other commands'
   * output, and the client confirms a command's in large pieces.
   */
  #credit(): void {
    const peer = this.#peer;
    if (peer && peer.queuedBytes >= QUEUE_LIMIT_BYTES) {
      this.#awaitingRoom ??= peer.acknowledged.on(() => this.#credit());
      return;
    }
    this.#stopAwaiting();
    this.#observation?.took(this.#sent.out, this.#sent.err);
  }

  #stopAwaiting(): void {
    this.#awaitingRoom?.dispose();
    this.#awaitingRoom = undefined;
  }

  #endObservation(): void {
    this.#stopAwaiting();
    this.#observation?.dispose();
    this.#observation = undefined;
  }
}
