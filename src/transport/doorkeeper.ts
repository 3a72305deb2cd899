import { randomBytes } from 'node:crypto';
import { decode as unpack } from '@msgpack/msgpack';
import type { Audit } from '../auth/audit.ts';
import type { AuthorizedKeys } from '../auth/authorized-keys.ts';
import { type KeyPair, sharedSecret } from '../auth/keys.ts';
import { proofHolds } from '../auth/proof.ts';
import { decodeMessage, encodeHeader, messageTable } from '../protocol/codec.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body, Message, MessageDefinition } from '../protocol/message.ts';
import { CHALLENGE, HELLO, LOST, PROOF, REFUSED, REHELLO } from '../protocol/messages/handshake.ts';
import { PROTOCOL_MAJOR } from '../protocol/version.ts';
import { encodeLaneHeader } from './lane-header.ts';
import { MAX_HANDSHAKE_BYTES, MAX_UNPROVEN, UNPROVEN_KEPT_MS } from './limits.ts';
import type { ServerPeer } from './peer.ts';
import type { RouterPort } from './router.ts';

/** A connection that is not proven. */
export interface Caller {
  readonly router: RouterPort;
  readonly routingId: string;
}

export type Hello = Body<typeof HELLO>;

export interface Desk {
  readonly epoch: string;
  readonly keys: KeyPair | undefined;
  readonly authorized: AuthorizedKeys | undefined;
  readonly audit: Audit;
  find(session: string): ServerPeer | undefined;
  /** No session of this id was here before, as far as that is still known: a HELLO of it is no repetition. */
  isNew(session: string): boolean;
  /** The caller is who it says. */
  admit(caller: Caller, hello: Hello): void;
  /** IP address from which a key came last. */
  addressOf(key: string): string | undefined;
}

interface Challenge {
  readonly caller: Caller;
  readonly hello: Hello;
  readonly nonce: Buffer;
  readonly at: number;
}

const spoken = messageTable([HELLO, PROOF]);
const NO_NONCE = Buffer.alloc(0);

/**
 * Whatever an unproven connection says ends here: HELLO and PROOF are looked at,
 * all else is answered REHELLO undecoded, and nothing reaches the layers above.
 */
export class Doorkeeper {
  /** Messages that were turned away. */
  refused = 0;
  readonly #desk: Desk;
  /** By router and routing id; in order of age. */
  readonly #challenges = new Map<string, Challenge>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Takes a message (without its lane header) of an unproven connection. */
  knock(caller: Caller, header: Buffer | undefined): void {
    const type = header && header.length <= MAX_HANDSHAKE_BYTES ? peekType(header) : undefined;
    if (!header || (type !== HELLO.type && type !== PROOF.type)) {
      this.refused++;
      reply(caller, REHELLO, { epoch: this.#desk.epoch });
      return;
    }
    try {
      if (type === HELLO.type) this.#hello(caller, header);
      else this.#proof(caller, decodeMessage(spoken, header, []));
    } catch (error) {
      if (!(error instanceof ZmxError)) throw error;
      this.refuse(caller, error.code, error.message);
    }
  }

  refuse(caller: Caller, code: string, message: string, more: { retry?: boolean; hello?: Hello } = {}): void {
    this.refused++;
    const key = more.hello?.key ?? '';
    const from = this.#desk.addressOf(key);
    this.#desk.audit({ what: 'refused', key, why: message, ...(from ? { from } : {}) });
    reply(caller, REFUSED, { code, message, retry: more.retry });
  }

  /** Forgets handshakes that take too long. */
  tick(now: number): void {
    for (const [place, { at }] of this.#challenges) {
      if (now - at < UNPROVEN_KEPT_MS) return;
      this.#challenges.delete(place);
    }
  }

  #hello(caller: Caller, header: Buffer): void {
    const major = peekMajor(header);
    if (major !== undefined && major !== PROTOCOL_MAJOR) {
      const older = major < PROTOCOL_MAJOR ? 'the client' : 'the daemon';
      this.refuse(
        caller,
        'version',
        `the client speaks protocol ${major} and the daemon ${PROTOCOL_MAJOR}: upgrade ${older}`,
      );
      return;
    }
    const hello = decodeMessage(spoken, header, []).body as Hello;
    this.#challenges.delete(placeOf(caller));
    const peer = this.#desk.find(hello.session);
    if (caller.router.authenticated && !this.#desk.authorized?.has(hello.key ?? '')) {
      this.refuse(caller, 'refused', "the key is not authorised here: run 'zmx authorize' with it", {
        hello,
      });
    } else if (!peer && hello.resume) {
      reply(caller, LOST, { epoch: this.#desk.epoch });
    } else if (!caller.router.authenticated) {
      this.#desk.admit(caller, { ...hello, key: '' });
    } else if (this.#provenAlready(peer, hello)) {
      this.#desk.admit(caller, hello);
    } else {
      this.#challenge(caller, hello);
    }
  }

  /** A proof without nonce holds once: for a generation not yet seen of a session that lives here, or for a new session. */
  #provenAlready(peer: ServerPeer | undefined, hello: Hello): boolean {
    const isFresh = peer
      ? hello.generation > peer.lane(hello.lane).generation
      : this.#desk.isNew(hello.session);
    return isFresh && this.#holds(hello, NO_NONCE, hello.proof);
  }

  #challenge(caller: Caller, hello: Hello): void {
    if (this.#challenges.size >= MAX_UNPROVEN) {
      const [oldest] = this.#challenges.keys();
      if (oldest !== undefined) this.#challenges.delete(oldest);
    }
    const nonce = randomBytes(32);
    this.#challenges.set(placeOf(caller), { caller, hello, nonce, at: performance.now() });
    reply(caller, CHALLENGE, { nonce, epoch: this.#desk.epoch });
  }

  #proof(caller: Caller, message: Message): void {
    const challenge = this.#challenges.get(placeOf(caller));
    this.#challenges.delete(placeOf(caller));
    if (!challenge) {
      this.refused++;
      reply(caller, REHELLO, { epoch: this.#desk.epoch });
      return;
    }
    const { hello, nonce } = challenge;
    if (this.#holds(hello, nonce, (message.body as Body<typeof PROOF>).proof))
      this.#desk.admit(caller, hello);
    else this.refuse(caller, 'refused', 'the client does not own the key that it named', { hello });
  }

  #holds(hello: Hello, nonce: Uint8Array, proof: Uint8Array | undefined): boolean {
    const { keys, epoch } = this.#desk;
    if (!keys || !hello.key || !proof) return false;
    return proofHolds(sharedSecret(keys.secretKey, hello.key), nonce, { ...hello, epoch }, proof);
  }
}

/** Sends a message of the handshake: unnumbered, acknowledging nothing. */
export function reply<D extends MessageDefinition>(caller: Caller, definition: D, body: Body<D>): void {
  caller.router.send(caller.routingId, [encodeLaneHeader(0, 0), encodeHeader(definition, body)]);
}

function placeOf(caller: Caller): string {
  return `${caller.router.number}/${caller.routingId}`;
}

/** The number of a message, without decoding the rest: msgpack's array of two, then a small integer. */
function peekType(header: Buffer): number | undefined {
  return header[0] === 0x92 && header[1] !== undefined && header[1] < 0x80 ? header[1] : undefined;
}

/** HELLO's `major`, also where the rest of it is of another version. */
function peekMajor(header: Buffer): number | undefined {
  try {
    const [, body] = unpack(header) as [number, { major?: unknown }];
    return typeof body.major === 'number' ? body.major : undefined;
  } catch {
    return undefined;
  }
}
