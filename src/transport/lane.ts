import { encodeLaneHeader, type LaneHeader } from './lane-header.ts';
import {
  ACK_AFTER_BYTES,
  ACK_AFTER_MESSAGES,
  ACK_AFTER_MS,
  IN_FLIGHT_BYTES,
  MESSAGE_OVERHEAD_BYTES,
} from './limits.ts';

/** Gives a multipart message to the connection; a connection that broke says so elsewhere. */
export type Transmit = (parts: Uint8Array[]) => void;

/**
 * What to do with a message that arrived: hand it on; nothing, as it came before or
 * had no number; break the connection, since one is missing; or call it nonsense.
 */
export type Arrival = 'deliver' | 'nothing' | 'gap' | 'invalid';

interface Sent {
  readonly header: Uint8Array;
  readonly payload: readonly Uint8Array[];
  readonly bytes: number;
}

/**
 * One end of a lane: messages numbered, acknowledged, repeated on the next
 * connection, and delivered once and in order, over any number of connections.
 *
 * There are no retransmission timers, unlike in TCP: within one connection ZeroMQ
 * neither loses nor reorders. It loses what it was given when a connection dies,
 * and only then is anything sent again, from where the other side says it stopped.
 */
export class Lane {
  readonly #acknowledgedSome: () => void;
  #transmit: Transmit | undefined;
  /** Unacknowledged messages; the first one's number is #first. */
  #sent: Sent[] = [];
  #first = 1;
  /** Of #sent, how many this connection was given. */
  #flying = 0;
  #flyingBytes = 0;
  #queuedBytes = 0;
  #received = 0;
  #unackedMessages = 0;
  #unackedBytes = 0;
  #ackTimer: NodeJS.Timeout | undefined;

  /** @param acknowledgedSome told when `queuedBytes` has become less by that */
  constructor(acknowledgedSome = () => {}) {
    this.#acknowledgedSome = acknowledgedSome;
  }

  /** Bytes sent or queued and not acknowledged. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Number of the last message that was received in order. */
  get received(): number {
    return this.#received;
  }

  get waiting(): boolean {
    return this.#sent.length > 0;
  }

  /** Queues a message. Neither `header` nor `payload` may be changed afterwards. */
  send(header: Uint8Array, payload: readonly Uint8Array[]): void {
    let bytes = MESSAGE_OVERHEAD_BYTES + header.length;
    for (const part of payload) bytes += part.length;
    this.#sent.push({ header, payload, bytes });
    this.#queuedBytes += bytes;
    this.#pump();
  }

  /** Sends a message of the connection itself: unnumbered, and gone with it. */
  sendUnnumbered(header: Uint8Array): void {
    this.#transmit?.([this.#laneHeader(0), header]);
  }

  /**
   * Whether the other side can have received up to this number. It may have acknowledged
   * more: it says this when it dials, and the old connection may have gone on since.
   */
  canResume(received: number): boolean {
    return received < this.#first + this.#sent.length;
  }

  /** Begins a connection whose other side has received at least up to `received`; see `canResume`. */
  attach(transmit: Transmit, received: number): void {
    this.detach();
    this.#acknowledged(received);
    this.#transmit = transmit;
    this.#pump();
  }

  detach(): void {
    this.#transmit = undefined;
    this.#flying = 0;
    this.#flyingBytes = 0;
    this.#ackSent();
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
  }

  /** Forgets everything: another session begins. */
  reset(): void {
    this.detach();
    this.#sent = [];
    this.#first = 1;
    this.#queuedBytes = 0;
    this.#received = 0;
  }

  /** Takes the lane header of a message of `bytes` bytes (without it) that arrived on the connection. */
  arrived(header: LaneHeader, bytes: number): Arrival {
    // Without a connection these are the last words of one that broke.
    const given = this.#transmit ? this.#flying : this.#sent.length;
    if (header.ack >= this.#first + given) return 'invalid';
    if (header.ack >= this.#first) {
      this.#acknowledged(header.ack);
      this.#pump();
    }
    if (header.seq === 0) return 'nothing';
    if (header.seq > this.#received + 1) return 'gap';
    const fresh = header.seq > this.#received;
    if (fresh) this.#received = header.seq;
    this.#owesAck(bytes);
    return fresh ? 'deliver' : 'nothing';
  }

  /** Sends an acknowledgement alone. */
  acknowledge(): void {
    this.#transmit?.([this.#laneHeader(0)]);
  }

  #pump(): void {
    while (this.#transmit && this.#flying < this.#sent.length && this.#flyingBytes < IN_FLIGHT_BYTES) {
      const next = this.#sent[this.#flying];
      if (!next) return;
      this.#flying++;
      this.#flyingBytes += next.bytes;
      this.#transmit([this.#laneHeader(this.#first + this.#flying - 1), next.header, ...next.payload]);
    }
  }

  #laneHeader(seq: number): Uint8Array {
    this.#ackSent();
    return encodeLaneHeader(seq, this.#received);
  }

  #acknowledged(upTo: number): void {
    const done = this.#sent.splice(0, upTo - this.#first + 1);
    this.#first += done.length;
    for (const [index, { bytes }] of done.entries()) {
      this.#queuedBytes -= bytes;
      if (index < this.#flying) this.#flyingBytes -= bytes;
    }
    this.#flying = Math.max(0, this.#flying - done.length);
    if (done.length > 0) this.#acknowledgedSome();
  }

  #owesAck(bytes: number): void {
    this.#unackedMessages++;
    this.#unackedBytes += bytes;
    if (this.#unackedMessages >= ACK_AFTER_MESSAGES || this.#unackedBytes >= ACK_AFTER_BYTES) {
      this.acknowledge();
    } else {
      this.#ackTimer ??= setTimeout(() => this.#ackDue(), ACK_AFTER_MS).unref();
    }
  }

  /** The timer runs on when an acknowledgement is sent: to stop and start it would cost each message more. */
  #ackDue(): void {
    this.#ackTimer = undefined;
    if (this.#unackedMessages > 0) this.acknowledge();
  }

  #ackSent(): void {
    this.#unackedMessages = 0;
    this.#unackedBytes = 0;
  }
}
