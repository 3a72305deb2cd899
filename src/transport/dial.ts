import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
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
  ended(why: string, how: DialEnd): void;
}

/** `denied`: the daemon does not let this key in. `handshake`: TCP stood, and the other side did not agree on keys. */
export type DialEnd = 'broken' | 'denied' | 'handshake';

/**
 * One connection of a lane: a DEALER socket that connects once and never again.
 * ZeroMQ's own reconnection would hide that a connection broke, with the messages
 * given to it; and after an outage an old TCP connection takes half a minute to
 * wake up where a fresh one takes none.
 */
export class Dial implements Disposable {
  readonly #socket: Dealer;
  readonly #events: DialEvents;
  /** Messages from before the name was resolved: the HELLO. */
  #early: Uint8Array[][] = [];
  #connecting = false;
  #ended = false;

  /** @throws ZmxError `invalid` for an address that cannot be: a socket's path that is too long. */
  constructor(endpoint: Endpoint, keys: KeyPair | undefined, events: DialEvents) {
    this.#events = events;
    this.#socket = new Dealer({
      linger: 0,
      reconnectInterval: -1,
      sendTimeout: 0,
      sendHighWaterMark: 0,
      ipv6: true,
      maxMessageSize: MAX_FRAME_BYTES,
      handshakeInterval: HANDSHAKE_INTERVAL_MS,
      heartbeatInterval: HEARTBEAT_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      ...(endpoint.kind === 'tcp' && keys
        ? {
            curvePublicKey: keys.publicKey,
            curveSecretKey: keys.secretKey,
            curveServerKey: endpoint.serverKey,
          }
        : {}),
    });
    this.#watch(endpoint);
    if (endpoint.kind === 'ipc') this.#connect(`ipc://${endpoint.path}`);
    else if (isIP(endpoint.address)) this.#connect(tcp(endpoint.address, endpoint.port));
    else void this.#resolve(endpoint.address, endpoint.port);
  }

  send(parts: Uint8Array[]): void {
    if (this.#ended) return;
    if (!this.#connecting) this.#early.push(parts);
    else this.#socket.send(parts).catch((error: Error) => this.#end(error.message, 'broken'));
  }

  /** Closes; no event follows. `flush`: what was sent has a moment to leave. */
  dispose(options: { flush?: boolean } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    if (options.flush) this.#socket.linger = FLUSH_MS;
    this.#socket.close();
  }

  /** By node's thread pool: ZeroMQ would look the name up in the thread that serves every socket. */
  async #resolve(name: string, port: number): Promise<void> {
    try {
      const { address } = await lookup(name);
      if (!this.#ended) this.#connect(tcp(address, port));
    } catch (error) {
      this.#end(
        `the name ${name} cannot be resolved (${(error as NodeJS.ErrnoException).code}); 'zmx host list' has the address`,
        'broken',
      );
    }
  }

  #connect(address: string): void {
    try {
      uninterrupted(() => this.#socket.connect(address));
    } catch (error) {
      this.dispose();
      throw new ZmxError('invalid', `${address}: ${(error as Error).message}`);
    }
    this.#connecting = true;
    for (const parts of this.#early) this.send(parts);
    this.#early = [];
    void this.#read();
  }

  #watch({ kind }: Endpoint): void {
    const { events } = this.#socket;
    const remedy = kind === 'tcp' ? '; zmx daemon --listen has to run on that host' : '';
    events.on('connect', () => {
      if (!this.#ended) this.#events.connected();
    });
    events.on('disconnect', () => this.#end('the connection broke', 'broken'));
    events.on('close', () => this.#end(`nobody listens there${remedy}`, 'broken'));
    events.on('handshake:error:auth', () =>
      this.#end('the daemon does not know the key of this machine', 'denied'),
    );
    events.on('handshake:error:protocol', () =>
      this.#end('what listens there is no zmx daemon, or has another key than expected', 'handshake'),
    );
    events.on('handshake:error:other', () =>
      this.#end('the connection broke, or the daemon has another key than expected', 'handshake'),
    );
  }

  #end(why: string, how: DialEnd): void {
    if (this.#ended) return;
    this.dispose();
    this.#events.ended(why, how);
  }

  async #read(): Promise<void> {
    for await (const parts of this.#socket) {
      if (this.#ended) return;
      this.#events.received(parts);
    }
  }
}

/** As the user knows it: `192.0.2.7:7070`, or the socket's path. */
export function endpointName(endpoint: Endpoint): string {
  return endpoint.kind === 'ipc' ? endpoint.path : `${endpoint.address}:${endpoint.port}`;
}

/** A signal in the middle of a call of ZeroMQ's ends that: nothing has been done, and it is made again. */
function uninterrupted(call: () => void): void {
  for (;;) {
    try {
      call();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
    }
  }
}

function tcp(ip: string, port: number): string {
  return `tcp://${isIP(ip) === 6 ? `[${ip}]` : ip}:${port}`;
}
