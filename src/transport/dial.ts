import { Dealer } from 'zeromq';
import type { KeyPair } from '../auth/keys.ts';
import type { Disposable } from '../base/disposable.ts';
import { ZmxError } from '../protocol/errors.ts';
import {
  FLUSH_MS,
  HANDSHAKE_INTERVAL_MS,
  HEARTBEAT_MS,
  HEARTBEAT_TIMEOUT_MS,
  MAX_FRAME_BYTES,
} from './limits.ts';
import type { Endpoint } from './types.ts';

export interface DialEvents {
  /** TCP's or the unix socket's connection stands. */
  connected(): void;
  received(parts: Buffer[]): void;
  /** The connection failed or broke. `denied`: the daemon does not let this key in. */
  ended(why: string, denied: boolean): void;
}

/**
 * One connection of a lane: a DEALER socket that connects once and never again.
 * ZeroMQ's own reconnection would hide that a connection broke, with the messages
 * given to it; and after an outage an old TCP connection takes half a minute to
 * wake up where a fresh one takes none.
 */
export class Dial implements Disposable {
  readonly #socket: Dealer;
  readonly #events: DialEvents;
  #ended = false;

  /** @throws ZmxError `invalid` for an address that cannot be: a socket's path that is too long. */
  constructor(endpoint: Endpoint, keys: KeyPair | undefined, events: DialEvents) {
    this.#events = events;
    this.#socket = new Dealer({
      linger: 0,
      reconnectInterval: -1,
      sendTimeout: 0,
      sendHighWaterMark: 0,
      maxMessageSize: MAX_FRAME_BYTES,
      handshakeInterval: HANDSHAKE_INTERVAL_MS,
      heartbeatInterval: HEARTBEAT_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      ...(endpoint.kind === 'tcp' && keys
        ? {
            ipv6: endpoint.address.includes(':'),
            curvePublicKey: keys.publicKey,
            curveSecretKey: keys.secretKey,
            curveServerKey: endpoint.serverKey,
          }
        : {}),
    });
    this.#watch();
    try {
      this.#socket.connect(addressOf(endpoint));
    } catch (error) {
      this.dispose();
      throw new ZmxError('invalid', `${addressOf(endpoint)}: ${(error as Error).message}`);
    }
    void this.#read();
  }

  send(parts: Uint8Array[]): void {
    if (this.#ended) return;
    this.#socket.send(parts).catch((error: Error) => this.#end(error.message, false));
  }

  /** Closes; no event follows. `flush`: what was sent has a moment to leave. */
  dispose(options: { flush?: boolean } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    if (options.flush) this.#socket.linger = FLUSH_MS;
    this.#socket.close();
  }

  #watch(): void {
    const { events } = this.#socket;
    events.on('connect', () => {
      if (!this.#ended) this.#events.connected();
    });
    events.on('disconnect', () => this.#end('the connection broke', false));
    events.on('close', () => this.#end('nobody listens there', false));
    events.on('handshake:error:auth', () =>
      this.#end('the daemon does not know the key of this machine', true),
    );
    events.on('handshake:error:protocol', () =>
      this.#end('what listens there is no zmx daemon, or has another key than expected', false),
    );
    events.on('handshake:error:other', () =>
      this.#end('the connection broke, or the daemon has another key than expected', false),
    );
  }

  #end(why: string, denied: boolean): void {
    if (this.#ended) return;
    this.dispose();
    this.#events.ended(why, denied);
  }

  async #read(): Promise<void> {
    for await (const parts of this.#socket) {
      if (this.#ended) return;
      this.#events.received(parts);
    }
  }
}

function addressOf(endpoint: Endpoint): string {
  if (endpoint.kind === 'ipc') return `ipc://${endpoint.path}`;
  return `tcp://${endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address}:${endpoint.port}`;
}
