import { chmodSync } from 'node:fs';
import { type Context, Router, type SocketOptions } from 'zeromq';
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
import { ZAP_DOMAIN } from './zap.ts';

export interface RouterEvents {
  /** A message; `from` is the routing id of its connection, as a latin1 string. */
  received(router: RouterPort, from: string, parts: Buffer[]): void;
  /** A message could not be given to this connection: it is gone, or takes nothing. */
  unroutable(router: RouterPort, to: string): void;
  /** Some connection ended; ZeroMQ does not say which. */
  disconnected(router: RouterPort): void;
}

let made = 0;

/**
 * A ROUTER socket bound to one address.
 *
 * With `sendTimeout` 0 and no high-water mark a send succeeds or fails at once:
 * no queue of our own is needed before zeromq.js's one-send-at-a-time rule, and a
 * key's way has no await. What a connection is owed is bounded by the lanes.
 * `mandatory`, as a ROUTER otherwise drops what it cannot route. Routing ids are
 * automatic: with `handover` one authorised client could take over another's.
 * Never unbound, only closed: libzmq asserts when a message arrives meanwhile.
 */
export class RouterPort implements Disposable {
  /** Tells the routers of a server apart. */
  readonly number = ++made;
  /** Whether CURVE has let in authorised keys only, and the key must be proved. */
  readonly authenticated: boolean;
  readonly #socket: Router;
  readonly #events: RouterEvents;
  #closed = false;

  private constructor(socket: Router, authenticated: boolean, events: RouterEvents) {
    this.#socket = socket;
    this.authenticated = authenticated;
    this.#events = events;
    socket.events.on('disconnect', () => {
      if (!this.#closed) events.disconnected(this);
    });
    void this.#read();
  }

  /** Binds a unix socket that only this user can open. @throws where the path is too long or cannot be bound. */
  static async ipc(context: Context, path: string, events: RouterEvents): Promise<RouterPort> {
    const socket = new Router({ ...common(context) });
    await bind(socket, `ipc://${path}`);
    chmodSync(path, 0o600);
    return new RouterPort(socket, false, events);
  }

  /** Binds TCP with CURVE; a ZAP handler must be bound in `context` before. Port 0: any. */
  static async tcp(
    context: Context,
    address: string,
    port: number,
    keys: KeyPair,
    events: RouterEvents,
  ): Promise<{ router: RouterPort; port: number }> {
    const ipv6 = address.includes(':');
    const socket = new Router({
      ...common(context),
      ipv6,
      curveServer: true,
      curveSecretKey: keys.secretKey,
      zapDomain: ZAP_DOMAIN,
      zapEnforceDomain: true,
    });
    await bind(socket, `tcp://${ipv6 ? `[${address}]` : address}:${port === 0 ? '*' : port}`);
    const bound = Number(/:(\d+)$/.exec(socket.lastEndpoint ?? '')?.[1]);
    return { router: new RouterPort(socket, true, events), port: bound };
  }

  send(to: string, parts: readonly Uint8Array[]): void {
    if (this.#closed) return;
    this.#socket.send([Buffer.from(to, 'latin1'), ...parts]).catch(() => {
      if (!this.#closed) this.#events.unroutable(this, to);
    });
  }

  /** Closes; what was sent still has a moment to leave. */
  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.linger = FLUSH_MS;
    this.#socket.close();
  }

  async #read(): Promise<void> {
    for await (const [from, ...parts] of this.#socket) {
      if (this.#closed) return;
      if (from) this.#events.received(this, from.toString('latin1'), parts);
    }
  }
}

function common(context: Context): SocketOptions<Router> {
  return {
    context,
    linger: 0,
    mandatory: true,
    sendTimeout: 0,
    sendHighWaterMark: 0,
    maxMessageSize: MAX_FRAME_BYTES,
    handshakeInterval: HANDSHAKE_INTERVAL_MS,
    heartbeatInterval: HEARTBEAT_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  };
}

async function bind(socket: Router, address: string): Promise<void> {
  try {
    await socket.bind(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINTR') return bind(socket, address); // a signal, and nothing done
    socket.close();
    const { code = 'internal', message } = error as NodeJS.ErrnoException;
    throw new ZmxError(code, `cannot listen on ${address}: ${REMEDIES[code] ?? message}`, { call: 'bind' });
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'a socket has at most 107 bytes of path; choose a shorter one with -S or ZMX_RUNTIME_DIR',
  EADDRINUSE: 'another program listens there; stop it or choose another port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'you may not; ports below 1024 and folders of others are not yours to use',
  ENOENT: 'the folder does not exist',
  ENODEV: 'that is not an IP address of this machine',
};
