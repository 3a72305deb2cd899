import type { Socket } from 'node:net';
import type { FrameSink, Observer } from './observer.ts';
import type { Pane } from './pane.ts';
import type { FromHolder, ToHolder } from './wire.ts';
import { checkHeader } from './wire-check.ts';
import { encodeFrameHead, type Frame, FrameReader } from './wire-codec.ts';

/**
 * What may wait to be sent before a connection is given up. Output is bounded by
 * credit, so only somebody who asks and asks and never reads comes here.
 */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

export interface ConnectionEvents {
  message(connection: Connection, message: ToHolder, payload: Uint8Array): void;
  closed(connection: Connection, why: string): void;
}

/** One daemon, or one thread of it, as the holder sees it. What it sends cannot harm the others. */
export class Connection implements FrameSink {
  /** Its observations by pane. */
  readonly observers = new Map<string, { readonly pane: Pane; readonly observer: Observer }>();
  greeted = false;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader = new FrameReader();
  #open = true;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('data', (piece) => this.#receive(piece));
    socket.on('error', (error) => this.close(error.message));
    socket.on('close', () => this.close('closed'));
  }

  get open(): boolean {
    return this.#open;
  }

  send(header: FromHolder, payload?: Uint8Array): void {
    if (!this.#open) return;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
      this.close('it does not read what it asked for');
      return;
    }
    this.#socket.cork();
    this.#socket.write(encodeFrameHead(header, payload?.length ?? 0));
    if (payload && payload.length > 0) this.#socket.write(payload);
    this.#socket.uncork();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  close(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.destroy();
    for (const { pane, observer } of this.observers.values()) pane.unobserve(observer);
    this.observers.clear();
    this.#events.closed(this, why);
  }

  #receive(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        if (!this.#open) return;
        this.#take(frame);
      }
    } catch (error) {
      this.close(`it sent what cannot be read: ${(error as Error).message}`);
    }
  }

  #take({ header, payload }: Frame): void {
    const checked = checkHeader(header);
    if (checked.kind === 'unknown') return;
    if (checked.kind === 'invalid') {
      const about = String(header.t);
      const message = `${about}: the field ${checked.field} is missing or wrong`;
      this.send({ t: 'error', about, code: 'EINVAL', message });
      return;
    }
    this.#events.message(this, checked.message, payload);
  }
}
