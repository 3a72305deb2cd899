import { nanoid } from 'nanoid';
import { type KeyPair, sharedSecret } from '../auth/keys.ts';
import { prove } from '../auth/proof.ts';
import type { Body } from '../protocol/message.ts';
import type { HELLO } from '../protocol/messages/handshake.ts';
import { PROTOCOL_MAJOR, PROTOCOL_MINOR } from '../protocol/version.ts';
import type { Endpoint } from '../transport/types.ts';

export type LaneName = 'control' | 'bulk';
type Hello = Body<typeof HELLO>;

/**
 * Who we are to the daemon: a random id, our key, and the generation that grows
 * with each HELLO. When the daemon says that it has lost the session, another
 * begins, with a new id.
 */
export class ClientSession {
  id = nanoid();
  /** The daemon welcomed this session, in this epoch. */
  epoch: string | undefined;
  #generation = 0;
  readonly #key: string | undefined;
  readonly #secret: Buffer | undefined;

  constructor(endpoint: Endpoint, keys: KeyPair | undefined) {
    if (endpoint.kind === 'ipc' || !keys) return;
    this.#key = keys.publicKey;
    this.#secret = sharedSecret(keys.secretKey, endpoint.serverKey);
  }

  begin(): void {
    this.id = nanoid();
    this.epoch = undefined;
  }

  hello(lane: LaneName, received: number): Hello {
    const hello = {
      major: PROTOCOL_MAJOR,
      minor: PROTOCOL_MINOR,
      session: this.id,
      generation: ++this.#generation,
      lane,
      resume: this.epoch !== undefined,
      received,
      key: this.#key,
    };
    if (this.epoch === undefined) return hello;
    return { ...hello, proof: this.proof(hello, this.epoch, new Uint8Array()) };
  }

  /** `undefined` over ipc, where the folder's mode is the proof. */
  proof(hello: Hello, epoch: string, nonce: Uint8Array): Uint8Array | undefined {
    return this.#secret && prove(this.#secret, nonce, { ...hello, epoch });
  }
}
