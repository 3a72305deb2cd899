import { nanoid } from 'nanoid';
import { type KeyPair, sharedSecret } from '../auth/keys.ts';
import { prove } from '../auth/proof.ts';
import type { Body } from '../protocol/message.ts';
import type { HELLO } from '../protocol/messages/handshake.ts';
import { PROTOCOL_MAJOR, PROTOCOL_MINOR } from '../protocol/version.ts';
import type { Endpoint } from '../transport/types.ts';

export type LaneName = 'control' | 'bulk';
type Hello = Body<typeof HELLO>;

const NO_NONCE = new Uint8Array();

/**
 * Who we are to the daemon: a random id, our key, and the generation that grows
 * with each HELLO. When the daemon says that it has lost the session, another
 * begins, with a new id.
 */
export class ClientSession {
  id = nanoid();
  /** The daemon welcomed this session, in this epoch. */
  epoch: string | undefined;
  /** The one that the daemon is in as far as we know, before it has welcomed this session. */
  #expected: string | undefined;
  #generation = 0;
  readonly #key: string | undefined;
  readonly #secret: Buffer | undefined;

  constructor(endpoint: Endpoint, keys: KeyPair | undefined, expected: string | undefined) {
    this.#expected = expected;
    if (endpoint.kind === 'ipc' || !keys) return;
    this.#key = keys.publicKey;
    this.#secret = sharedSecret(keys.secretKey, endpoint.serverKey);
  }

  /** Begins another one, with a daemon that is in this epoch. */
  begin(epoch: string): void {
    this.id = nanoid();
    this.epoch = undefined;
    this.#expected = epoch;
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
    const epoch = this.epoch ?? this.#expected;
    return epoch === undefined ? hello : { ...hello, proof: this.proof(hello, epoch, NO_NONCE) };
  }

  /** `undefined` over ipc, where the folder's mode is the proof. */
  proof(hello: Hello, epoch: string, nonce: Uint8Array): Uint8Array | undefined {
    return this.#secret && prove(this.#secret, nonce, { ...hello, epoch });
  }
}
