import { Dealer } from 'zeromq';
import type { KeyPair } from '../../src/auth/keys.ts';
import { sharedSecret } from '../../src/auth/keys.ts';
import { prove } from '../../src/auth/proof.ts';
import type { Disposable } from '../../src/base/disposable.ts';
import { decodeMessage, encodeHeader, messageTable } from '../../src/protocol/codec.ts';
import type { Body, Message, MessageDefinition } from '../../src/protocol/message.ts';
import { CHALLENGE, HELLO, PING, PROOF } from '../../src/protocol/messages/handshake.ts';
import { allMessages } from '../../src/protocol/messages/index.ts';
import { PROTOCOL_MAJOR, PROTOCOL_MINOR } from '../../src/protocol/version.ts';
import { decodeLaneHeader, encodeLaneHeader } from '../../src/transport/lane-header.ts';
import type { Endpoint } from '../../src/transport/types.ts';

const everything = messageTable(allMessages);

/** A client that says whatever a test wants, by the bytes: one connection, no lane behind it. */
export class RawClient implements Disposable {
  /** Everything that came and was not taken by `next`, in order. */
  readonly inbox: Message[] = [];
  /** Numbered messages that came. */
  receivedSeq = 0;
  readonly #socket: Dealer;
  readonly #endpoint: Endpoint;
  readonly #keys: KeyPair | undefined;
  readonly #disconnected: Promise<void>;
  #wake: () => void = () => {};

  constructor(endpoint: Endpoint, keys?: KeyPair) {
    this.#endpoint = endpoint;
    this.#keys = keys;
    this.#socket = new Dealer({ linger: 0, sendHighWaterMark: 0, reconnectInterval: -1 });
    if (endpoint.kind === 'tcp' && keys) {
      this.#socket.curvePublicKey = keys.publicKey;
      this.#socket.curveSecretKey = keys.secretKey;
      this.#socket.curveServerKey = endpoint.serverKey;
    }
    // Before it connects: the monitor tells only what happens after it was made.
    this.#disconnected = new Promise((resolve) => this.#socket.events.on('disconnect', () => resolve()));
    const address = endpoint.kind === 'ipc' ? endpoint.path : `${endpoint.address}:${endpoint.port}`;
    this.#socket.connect(`${endpoint.kind}://${address}`);
    void this.#read();
  }

  /** Resolves when the connection ended. */
  get disconnected(): Promise<void> {
    return this.#disconnected;
  }

  raw(parts: Uint8Array[]): Promise<void> {
    return this.#socket.send(parts);
  }

  say<D extends MessageDefinition>(definition: D, body: Body<D>, seq = 0): void {
    void this.raw([encodeLaneHeader(seq, 0), encodeHeader(definition, body)]);
  }

  hello(body: Partial<Body<typeof HELLO>> = {}): Body<typeof HELLO> {
    const hello = {
      major: PROTOCOL_MAJOR,
      minor: PROTOCOL_MINOR,
      session: 'a-session-of-a-test',
      generation: 1,
      lane: 'control' as const,
      resume: false,
      received: 0,
      key: this.#keys?.publicKey,
      ...body,
    };
    this.say(HELLO, hello);
    return hello;
  }

  /** Says HELLO and proves the key with `keys`' secret, which may be another's. Returns the answer. */
  async greet(body: Partial<Body<typeof HELLO>> = {}, keys = this.#keys): Promise<Message> {
    const hello = this.hello(body);
    const answer = await this.next();
    if (answer.definition !== CHALLENGE || this.#endpoint.kind !== 'tcp' || !keys) return answer;
    const { nonce, epoch } = answer.body as Body<typeof CHALLENGE>;
    const secret = sharedSecret(keys.secretKey, this.#endpoint.serverKey);
    this.say(PROOF, { proof: prove(secret, nonce, { ...hello, epoch }) });
    return this.next();
  }

  /** The next message that came. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.inbox.shift();
      if (message) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits until the daemon has dealt with everything sent before, by what it answers to a PING. */
  async settled(answer: string): Promise<void> {
    const at = Math.floor(Math.random() * 2 ** 40);
    this.say(PING, { at });
    for (;;) {
      const { definition, body } = await this.next();
      if (definition.name === answer && (answer !== 'PONG' || (body as { at: number }).at === at)) return;
    }
  }

  dispose(): void {
    this.#socket.close();
  }

  async #read(): Promise<void> {
    for await (const [first, header, ...payload] of this.#socket) {
      const laneHeader = decodeLaneHeader(first);
      if (laneHeader && laneHeader.seq > 0) this.receivedSeq = laneHeader.seq;
      if (header) this.inbox.push(decodeMessage(everything, header, payload));
      this.#wake();
    }
  }
}
