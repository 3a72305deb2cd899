import type { Body } from '../protocol/message.ts';
import { EVENT } from '../protocol/messages/sessions.ts';
import type { Outgoing } from '../transport/types.ts';

export type ClientEvent = Body<typeof EVENT>['event'];

interface NumberedEvent {
  readonly seq: number;
  readonly event: ClientEvent;
  readonly payload: readonly Uint8Array[];
}

/** What one event takes beside its payload, in bytes; for the limit only. */
const EVENT_BYTES = 100;

/**
 * What a person did, in order, kept until it has had its effect for good. The lanes
 * deliver once and in order while both processes live; what a dead daemon had not done
 * is sent again to the next one, which says where it stopped.
 */
export class EventStream {
  readonly #connection: Outgoing;
  #kept: NumberedEvent[] = [];
  #next = 1;
  #bytes = 0;
  #open = false;

  constructor(connection: Outgoing) {
    this.#connection = connection;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  send(event: ClientEvent, payload: readonly Uint8Array[] = []): void {
    const numbered = { seq: this.#next++, event, payload };
    this.#kept.push(numbered);
    this.#bytes += sizeOf(numbered);
    if (this.#open) this.#transmit(numbered);
  }

  /** The daemon knows this client, and is done with events up to `done`: the others go out, in order. */
  open(done: number): void {
    this.done(done);
    this.#open = true;
    for (const event of this.#kept) this.#transmit(event);
  }

  /** The daemon is another one, or does not know this client yet: events wait. */
  close(): void {
    this.#open = false;
  }

  /** Events up to `seq` are done with. */
  done(seq: number): void {
    const first = this.#kept.findIndex((event) => event.seq > seq);
    const over = this.#kept.splice(0, first < 0 ? this.#kept.length : first);
    for (const event of over) this.#bytes -= sizeOf(event);
  }

  #transmit({ seq, event, payload }: NumberedEvent): void {
    this.#connection.send(EVENT, { seq, event }, payload);
  }
}

function sizeOf(event: NumberedEvent): number {
  return event.payload.reduce((sum, part) => sum + part.length, EVENT_BYTES);
}
