import type { Disposable } from '../../src/base/disposable.ts';
import type { Message } from '../../src/protocol/message.ts';
import { FRAME } from '../../src/protocol/messages/frames.ts';
import { EVENT, EVENTS_DONE } from '../../src/protocol/messages/sessions.ts';
import type { Connection, TransportServer } from '../../src/transport/types.ts';

/**
 * Numbered messages in three directions at once: keys to the daemon, answers and
 * frames from it. Each receiver notes the numbers as they come.
 */
export class NumberedTraffic implements Disposable {
  readonly keys: number[] = [];
  readonly answers: number[] = [];
  readonly frames: number[] = [];
  readonly #connection: Connection;
  readonly #listening: Disposable[];

  /** `server`: where it is in this process. */
  constructor(server: TransportServer | undefined, connection: Connection, frameBytes: number) {
    this.#connection = connection;
    this.#listening = [connection.received.on((message) => this.#note(message))];
    if (server)
      this.#listening.push(NumberedTraffic.answer(server, frameBytes, (seq) => this.keys.push(seq)));
  }

  /** The daemon's side: each key gets an answer and a frame. */
  static answer(
    server: TransportServer,
    frameBytes: number,
    note: (seq: number) => void = () => {},
  ): Disposable {
    return server.received.on(({ peer, message }) => {
      const { seq } = message.body as { seq: number };
      note(seq);
      peer.send(EVENTS_DONE, { seq });
      const base = { pane: 'p', base: 0, cols: 80, rows: 24, changed: [], lengths: [], scroll: 0 };
      const cursor = { x: 0, y: 0, visible: true, shape: 0, colour: '' };
      peer.send(FRAME, { ...base, seq, cursor }, [Buffer.alloc(frameBytes, seq)]);
    });
  }

  key(seq: number): void {
    this.#connection.send(EVENT, { seq, event: { kind: 'key', key: 'a' } }, [Buffer.from('a')]);
  }

  /** The three lists as one text, where each is 1, 2, … n; otherwise what is wrong with it. */
  verdict(count: number): string {
    const lists = { keys: this.keys, answers: this.answers, frames: this.frames };
    return Object.entries(lists)
      .map(([name, list]) => {
        const wrong = list.findIndex((seq, index) => seq !== index + 1);
        if (wrong >= 0) return `${name}: ${list[wrong]} at ${wrong + 1}`;
        return `${name}: ${list.length === count ? 'exact' : list.length}`;
      })
      .join(', ');
  }

  get complete(): number {
    return Math.min(this.keys.length, this.answers.length, this.frames.length);
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
  }

  #note(message: Message): void {
    const { seq } = message.body as { seq: number };
    if (message.definition === FRAME) this.frames.push(seq);
    if (message.definition === EVENTS_DONE) this.answers.push(seq);
  }
}
