import type { Body } from '../protocol/message.ts';
import type { EVENT } from '../protocol/messages/sessions.ts';

export type ClientEvent = Body<typeof EVENT>['event'];

/** An event with its place in the order, kept until the daemon is done with it. */
export interface NumberedEvent {
  readonly seq: number;
  readonly event: ClientEvent;
  readonly payload: readonly Uint8Array[];
}

/** What one event takes beside its payload, in bytes; for the limit only. */
const EVENT_BYTES = 100;

/**
 * What a person did, in order, until it has had its effect for good. The lanes deliver
 * once and in order while both processes live; what a dead daemon had not done is sent
 * again to the next one, which says where it stopped.
 */
export class EventQueue {
  #kept: NumberedEvent[] = [];
  #next = 1;
  #bytes = 0;

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get kept(): readonly NumberedEvent[] {
    return this.#kept;
  }

  add(event: ClientEvent, payload: readonly Uint8Array[] = []): NumberedEvent {
    const numbered = { seq: this.#next++, event, payload };
    this.#kept.push(numbered);
    this.#bytes += sizeOf(numbered);
    return numbered;
  }

  /** Events up to `seq` are done with. */
  done(seq: number): void {
    let count = 0;
    for (; count < this.#kept.length; count++) {
      const event = this.#kept[count] as NumberedEvent;
      if (event.seq > seq) break;
      this.#bytes -= sizeOf(event);
    }
    if (count > 0) this.#kept = this.#kept.slice(count);
  }
}

function sizeOf(event: NumberedEvent): number {
  return event.payload.reduce((sum, part) => sum + part.length, EVENT_BYTES);
}
