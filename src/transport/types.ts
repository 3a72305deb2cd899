import type { Disposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Body, Message, MessageDefinition } from '../protocol/message.ts';

/**
 * What the layers above see of the transport: messages that arrive once and in
 * order per lane, over any number of connections, as long as both processes live.
 * Nothing is trusted to ZeroMQ's queues: it drops what it had given to a connection
 * that dies, so the lanes number, acknowledge and repeat (see zmx-protocol(7), LANES).
 */
export interface Outgoing {
  /**
   * Queues a message on its lane (`bulk` for definitions of both lanes unless told otherwise).
   * Never blocks; `queuedBytes` tells when to stop. The payload is kept, not copied, until it
   * is acknowledged: it must not be changed afterwards.
   */
  send<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload?: readonly Uint8Array[],
    lane?: 'control' | 'bulk',
  ): void;
  /** Bytes sent or queued and not yet acknowledged by the other side. */
  readonly queuedBytes: number;
}

/** A proven client, as the daemon sees it. */
export interface Peer extends Outgoing {
  /** Session id that the client made; belongs to its key. */
  readonly id: string;
  /** Z85 public key of the client; '' over ipc. */
  readonly key: string;
  /** Told when something of what was queued has been acknowledged: `queuedBytes` has become less. */
  readonly acknowledged: Signal<void>;
  /** A link is up. A peer without one is kept for `PEER_KEPT_MS` and then left. */
  readonly linked: boolean;
  /** Ends the session on purpose; the client is refused with `message`, a sentence for its user, and dials no more. */
  close(message?: string): void;
}

export interface TransportServer extends Disposable {
  /** First valid HELLO of a session. */
  readonly joined: Signal<Peer>;
  /** A validated message from a proven peer. A handler that throws a ZmxError makes an ERROR answer. */
  readonly received: Signal<{ readonly peer: Peer; readonly message: Message }>;
  /** A peer's last link broke, or a new one stands. */
  readonly linkChanged: Signal<{ readonly peer: Peer; readonly linked: boolean }>;
  readonly left: Signal<Peer>;
  bindIpc(path: string): Promise<void>;
  /** CURVE only. Returns the bound port. */
  bindTcp(address: string, port: number): Promise<number>;
  /** For tests and `zmx info`: messages dispatched to the layers above, refused before proof, invalid. */
  readonly counts: { readonly dispatched: number; readonly refused: number; readonly invalid: number };
}

export type LinkState =
  /** No link yet, or none now: since when (ms since 1970), and the last failure if there is one to tell. */
  | { readonly kind: 'connecting'; readonly since: number; readonly why: string }
  | { readonly kind: 'live'; readonly epoch: string; readonly roundTripMs: number }
  /** For good: wrong version, unknown key, … */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed' };

export interface EpochChange {
  readonly epoch: string;
  /** The connection's first epoch: nothing was lost. */
  readonly first: boolean;
  /** Incarnation of the holder behind the daemon: what ran under another one is gone. */
  readonly holder?: string | undefined;
}

/** A client's connection to one daemon; implemented in src/client. */
export interface Connection extends Outgoing, Disposable {
  readonly state: LinkState;
  /** Version of the daemon's program, once it has welcomed us and if it says it. */
  readonly daemonVersion?: string | undefined;
  /** The boot of its host, likewise. */
  readonly boot?: string | undefined;
  readonly stateChanged: Signal<LinkState>;
  /** Messages that answer no request. */
  readonly received: Signal<Message>;
  /**
   * The daemon that we speak with is another process than before: what was sent and
   * not acknowledged is gone, pending requests are sent again (they carry an
   * operation id or are harmless to repeat), and everything attached must attach again.
   * Emitted before anything of the new epoch is sent or received.
   */
  readonly epochChanged: Signal<EpochChange>;
  /**
   * Sends a message that has the field `id` (filled in here) and resolves with the one
   * whose `re` equals it. Survives reconnections and restarts of the daemon.
   * @throws ZmxError of the answer's `error`, of an ERROR, of a refusal, or on `signal`.
   */
  request<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id'>,
    options?: { payload?: readonly Uint8Array[]; signal?: AbortSignal },
  ): Promise<Message>;
  /** Resolves when live, rejects when refused, or after `timeoutMs`. */
  ready(timeoutMs?: number): Promise<void>;
  /** Redial now: the machine woke up, its address changed. */
  redial(): void;
}

/** Where a daemon is. */
export type Endpoint =
  | { readonly kind: 'ipc'; readonly path: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly serverKey: string };
