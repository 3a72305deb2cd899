import { Signal } from '../../src/base/signal.ts';
import { Requests } from '../../src/client/requests.ts';
import { decodeMessage, encodeHeader, messageTable } from '../../src/protocol/codec.ts';
import { ZmxError } from '../../src/protocol/errors.ts';
import type { Body, Lane, Message, MessageDefinition } from '../../src/protocol/message.ts';
import { ERROR } from '../../src/protocol/messages/handshake.ts';
import { allMessages } from '../../src/protocol/messages/index.ts';
import type { Connection, LinkState, Peer } from '../../src/transport/types.ts';

const table = messageTable(allMessages);

/** The daemon's side: takes the client's messages. */
export type Handler = (peer: Peer, message: Message) => void;

type Letter = { readonly header: Uint8Array; readonly payload: readonly Uint8Array[] };

/**
 * A Connection and its Peer in one process: messages are encoded, validated and
 * delivered in order per lane, without sockets. `cut` and `mend` stand for a network
 * that comes and goes, `restart` for a daemon that does.
 */
export class Loopback implements Connection {
  readonly received = new Signal<Message>();
  readonly stateChanged = new Signal<LinkState>();
  readonly epochChanged = new Signal<{ readonly epoch: string; readonly first: boolean }>();
  /** Messages from the client by name, to count round trips. */
  readonly sent = new Map<string, number>();
  state: LinkState = { kind: 'live', epoch: '1', roundTripMs: 0 };
  #handler: Handler;
  #peer: LoopbackPeer;
  #requests = new Requests();
  #epoch = 1;
  #up = true;
  #outbox: (() => void)[] = [];

  constructor(handler: Handler) {
    this.#handler = handler;
    this.#peer = new LoopbackPeer((letter) => this.#deliver(letter));
  }

  get peer(): Peer {
    return this.#peer;
  }

  get queuedBytes(): number {
    return 0;
  }

  send<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload: readonly Uint8Array[] = [],
    _lane?: Lane,
  ): void {
    this.sent.set(definition.name, (this.sent.get(definition.name) ?? 0) + 1);
    const letter = copied(definition, body, payload);
    const peer = this.#peer;
    this.#post(() => this.#toDaemon(peer, letter));
  }

  request<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id'>,
    options: { payload?: readonly Uint8Array[]; signal?: AbortSignal } = {},
  ): Promise<Message> {
    return this.#requests.make(
      (id) => this.send<MessageDefinition>(definition, { ...body, id }, options.payload),
      options.signal,
    );
  }

  async ready(): Promise<void> {}

  redial(): void {}

  dispose(): void {
    this.state = { kind: 'closed' };
    this.#peer.gone = true;
    this.#requests.rejectAll(new ZmxError('closed', 'closed'));
    this.stateChanged.emit(this.state);
  }

  /** Nothing arrives until `mend`; nothing is lost either. */
  cut(): void {
    this.#up = false;
    this.state = { kind: 'connecting', since: 0, why: 'cut' };
    this.stateChanged.emit(this.state);
  }

  mend(): void {
    this.#up = true;
    const letters = this.#outbox;
    this.#outbox = [];
    for (const letter of letters) this.#post(letter);
    this.state = { kind: 'live', epoch: String(this.#epoch), roundTripMs: 0 };
    this.stateChanged.emit(this.state);
  }

  /** The daemon has died, with everything on its way, and another takes its place. */
  restart(handler: Handler): void {
    this.#peer.gone = true;
    this.#outbox = [];
    this.#handler = handler;
    this.#peer = new LoopbackPeer((letter) => this.#deliver(letter));
    this.#epoch += 1;
    const waiting = this.#requests.waiting();
    this.epochChanged.emit({ epoch: String(this.#epoch), first: false });
    for (const send of waiting) send();
    this.mend();
  }

  #post(deliver: () => void): void {
    if (this.#up) setImmediate(deliver);
    else this.#outbox.push(deliver);
  }

  #toDaemon(peer: LoopbackPeer, { header, payload }: Letter): void {
    if (peer.gone) return;
    const message = decodeMessage(table, header, payload);
    try {
      this.#handler(peer, message);
    } catch (error) {
      const { id } = message.body as { id?: number };
      const { code, message: text } = ZmxError.info(error);
      peer.send(ERROR, { re: id, code, message: text });
    }
  }

  #deliver(letter: Letter): void {
    const peer = this.#peer;
    this.#post(() => {
      if (peer.gone) return;
      const message = decodeMessage(table, letter.header, letter.payload);
      if (!this.#requests.answer(message)) this.received.emit(message);
    });
  }
}

class LoopbackPeer implements Peer {
  readonly id = 'loopback';
  readonly key = '';
  readonly linked = true;
  readonly queuedBytes = 0;
  readonly acknowledged = new Signal<void>();
  gone = false;
  readonly #deliver: (letter: Letter) => void;

  constructor(deliver: (letter: Letter) => void) {
    this.#deliver = deliver;
  }

  send<D extends MessageDefinition>(definition: D, body: Body<D>, payload: readonly Uint8Array[] = []): void {
    if (!this.gone) this.#deliver(copied(definition, body, payload));
  }

  close(): void {
    this.gone = true;
  }
}

function copied<D extends MessageDefinition>(
  definition: D,
  body: Body<D>,
  payload: readonly Uint8Array[],
): Letter {
  return { header: encodeHeader(definition, body), payload: payload.map((part) => Buffer.from(part)) };
}
