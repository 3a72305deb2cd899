import { decode as unpack } from '@msgpack/msgpack';
import { nanoid } from 'nanoid';
import { Context } from 'zeromq';
import { type Audit, noAudit } from '../auth/audit.ts';
import type { AuthorizedKeys } from '../auth/authorized-keys.ts';
import type { KeyPair } from '../auth/keys.ts';
import { type Log, noLog } from '../base/log.ts';
import { Signal } from '../base/signal.ts';
import { decodeMessage, encodeHeader, messageTable } from '../protocol/codec.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Message } from '../protocol/message.ts';
import {
  BYE,
  ERROR,
  HELLO,
  LOST,
  PING,
  PONG,
  REHELLO,
  unnumbered,
  WELCOME,
} from '../protocol/messages/handshake.ts';
import { allMessages } from '../protocol/messages/index.ts';
import { PROTOCOL_MINOR } from '../protocol/version.ts';
import { type Caller, Doorkeeper, type Hello, reply } from './doorkeeper.ts';
import { decodeLaneHeader } from './lane-header.ts';
import {
  LINK_SILENT_MS,
  LINKED_QUEUE_BYTES,
  LOCAL_PEER_KEPT_MS,
  MAX_PEERS,
  PEER_KEPT_MS,
  PROBE_AFTER_MS,
  SERVER_TICK_MS,
  UNLINKED_QUEUE_BYTES,
} from './limits.ts';
import { LANE_NAMES, type ServerLink, ServerPeer } from './peer.ts';
import { type RouterEvents, RouterPort } from './router.ts';
import type { Peer, TransportServer } from './types.ts';
import { ZapHandler } from './zap.ts';

export interface ServerOptions {
  /** Names this start of the daemon; made where it is not given. */
  readonly epoch?: string;
  /** Incarnation of the holder, for WELCOME. */
  readonly holder?: () => string | undefined;
  /** Both are needed for TCP. */
  readonly keys?: KeyPair;
  readonly authorized?: AuthorizedKeys;
  readonly audit?: Audit;
  readonly log?: Log;
}

/** What a proven client may number, and what its connections say without number. */
const numberedMessages = messageTable(
  allMessages.filter((definition) => definition.from !== 'daemon' && !unnumbered.includes(definition)),
);
const linkMessages = messageTable([PING, BYE]);

/** The daemon's side of the transport; see TransportServer. */
export class ZmqServer implements TransportServer {
  /** New at every start: clients see by it that their session cannot go on. */
  readonly epoch: string;
  readonly joined = new Signal<Peer>();
  readonly received = new Signal<{ readonly peer: Peer; readonly message: Message }>();
  readonly linkChanged = new Signal<{ readonly peer: Peer; readonly linked: boolean }>();
  readonly left = new Signal<Peer>();
  readonly #options: ServerOptions;
  readonly #audit: Audit;
  readonly #log: Log;
  readonly #context = new Context();
  readonly #doorkeeper: Doorkeeper;
  readonly #peers = new Map<string, ServerPeer>();
  /** Proven connections, by routing id. */
  readonly #links = new Map<RouterPort, Map<string, ServerLink>>();
  /** IP address from which each authorised key came last. */
  readonly #addresses = new Map<string, string>();
  readonly #tick: NodeJS.Timeout;
  #zap: Promise<ZapHandler> | undefined;
  #probe: NodeJS.Timeout | undefined;
  #dispatched = 0;
  #invalid = 0;
  readonly #routerEvents: RouterEvents = {
    received: (router, from, parts) => {
      try {
        this.#arrived(router, from, parts);
      } catch (error) {
        this.#log(`a listener failed: ${(error as Error).stack ?? error}`);
      }
    },
    unroutable: (router, to) => this.#unlink(this.#links.get(router)?.get(to)),
    disconnected: (router) => this.#probeSoon(router),
  };

  constructor(options: ServerOptions = {}) {
    this.#options = options;
    this.epoch = options.epoch ?? nanoid();
    this.#audit = options.audit ?? noAudit;
    this.#log = options.log ?? noLog;
    this.#doorkeeper = new Doorkeeper({
      epoch: this.epoch,
      keys: options.keys,
      authorized: options.authorized,
      audit: this.#audit,
      find: (session) => this.#peers.get(session),
      admit: (caller, hello) => this.#admit(caller, hello),
      addressOf: (key) => this.#addresses.get(key),
    });
    this.#tick = setInterval(() => this.#look(performance.now()), SERVER_TICK_MS).unref();
  }

  get counts(): { dispatched: number; refused: number; invalid: number } {
    return { dispatched: this.#dispatched, refused: this.#doorkeeper.refused, invalid: this.#invalid };
  }

  async bindIpc(path: string): Promise<void> {
    this.#links.set(await RouterPort.ipc(this.#context, path, this.#routerEvents), new Map());
  }

  async bindTcp(address: string, port: number): Promise<number> {
    const { keys, authorized } = this.#options;
    if (!keys || !authorized) throw new Error('TCP takes a key pair and a list of authorised keys');
    this.#zap ??= ZapHandler.bind(this.#context, (key, from) => this.#verdict(authorized, key, from));
    await this.#zap;
    const bound = await RouterPort.tcp(this.#context, address, port, keys, this.#routerEvents);
    this.#links.set(bound.router, new Map());
    return bound.port;
  }

  dispose(): void {
    clearInterval(this.#tick);
    clearTimeout(this.#probe);
    for (const router of this.#links.keys()) router.dispose();
    for (const peer of this.#peers.values()) for (const name of LANE_NAMES) peer.lane(name).lane.detach();
    void this.#zap?.then((zap) => zap.dispose());
  }

  #verdict(authorized: AuthorizedKeys, key: string, from: string): string | undefined {
    if (authorized.has(key)) {
      this.#addresses.set(key, from);
      return undefined;
    }
    const why = authorized.problem ?? 'the key is not authorised';
    this.#audit({ what: 'refused', key, from, why });
    this.#log(`refused a connection from ${from}: ${why}`);
    return why;
  }

  #arrived(router: RouterPort, routingId: string, parts: Buffer[]): void {
    const links = this.#links.get(router);
    if (!links) return;
    const link = links.get(routingId);
    const [first, header, ...payload] = parts;
    if (!link) {
      this.#doorkeeper.knock({ router, routingId }, header);
      return;
    }
    link.heardAt = performance.now();
    if (link.silent) {
      link.silent = false;
      this.linkChanged.emit({ peer: link.peer, linked: true });
    }
    const { lane } = link.peer.lane(link.lane);
    const laneHeader = decodeLaneHeader(first);
    let bytes = header?.length ?? 0;
    for (const part of payload) bytes += part.length;
    const arrival = laneHeader ? lane.arrived(laneHeader, bytes) : 'invalid';
    if (arrival === 'deliver') this.#deliver(link, header, payload);
    else if (arrival === 'gap') this.#retire(link);
    else if (arrival === 'invalid')
      this.#complain(link.peer, new ZmxError('invalid', 'the lane header is wrong'));
    else if (laneHeader?.seq === 0 && header) this.#unnumbered(link, header);
  }

  /** A numbered message, in its turn. */
  #deliver(link: ServerLink, header: Buffer | undefined, payload: Buffer[]): void {
    const { peer } = link;
    let request: unknown;
    try {
      const message = decodeMessage(numberedMessages, header ?? Buffer.alloc(0), payload);
      if (message.definition.lane !== 'both' && message.definition.lane !== link.lane)
        throw new ZmxError('invalid', `${message.definition.name} does not belong on the ${link.lane} lane`);
      request = message.body;
      this.#dispatched++;
      this.received.emit({ peer, message });
    } catch (error) {
      if (!(error instanceof ZmxError)) this.#log(`a message failed: ${(error as Error).stack ?? error}`);
      this.#complain(peer, error, request === undefined ? peekBody(header) : request, request === undefined);
    }
  }

  #unnumbered(link: ServerLink, header: Buffer): void {
    if (header[1] === HELLO.type) {
      this.#doorkeeper.knock({ router: link.router, routingId: link.routingId }, header);
      return;
    }
    try {
      const { definition, body } = decodeMessage(linkMessages, header, []);
      if (definition === BYE) this.#leave(link.peer, 'it said so');
      else link.peer.lane(link.lane).lane.sendUnnumbered(encodeHeader(PONG, body as { at: number }));
    } catch (error) {
      this.#complain(link.peer, error);
    }
  }

  /** Answers with a typed error; nothing else has changed. */
  #complain(peer: ServerPeer, error: unknown, request?: unknown, invalid = true): void {
    if (invalid) this.#invalid++;
    const re = (request as { id?: unknown } | undefined)?.id;
    peer.send(ERROR, {
      ...(Number.isSafeInteger(re) && Number(re) >= 0 ? { re: Number(re) } : {}),
      ...ZmxError.info(error),
    });
  }

  /** The caller has proved who it is: its lane goes on from where it stopped. */
  #admit(caller: Caller, hello: Hello): void {
    const key = hello.key ?? '';
    let peer = this.#peers.get(hello.session);
    if (peer && peer.key !== key) {
      this.#doorkeeper.refuse(caller, 'refused', 'the session belongs to another key', { hello });
      return;
    }
    if (peer && !peer.lane(hello.lane).lane.canResume(hello.received)) {
      this.#leave(peer, 'its numbers do not fit');
      peer = undefined;
    }
    if (!peer && (hello.resume || hello.received > 0)) {
      reply(caller, LOST, { epoch: this.epoch });
      return;
    }
    if (!peer && !this.#makeRoom()) {
      this.#doorkeeper.refuse(caller, 'busy', `the daemon has ${MAX_PEERS} clients; detach some`, {
        retry: true,
        hello,
      });
      return;
    }
    const fresh = !peer;
    peer ??= new ServerPeer(hello.session, key, (leaving) => this.#leave(leaving, 'the daemon ended it'));
    const place = peer.lane(hello.lane);
    if (hello.generation <= place.generation) {
      // A connection dialled before the present one: its client says HELLO again if it still uses it.
      reply(caller, REHELLO, { epoch: this.epoch, generation: hello.generation });
      return;
    }
    const wasLinked = peer.linked;
    this.#retire(place.link, caller);
    this.#unlink(this.#links.get(caller.router)?.get(caller.routingId));
    const link = { ...caller, peer, lane: hello.lane, heardAt: performance.now(), silent: false };
    place.generation = hello.generation;
    place.link = link;
    this.#peers.set(peer.id, peer);
    this.#links.get(caller.router)?.set(caller.routingId, link);
    const holder = this.#options.holder?.();
    reply(caller, WELCOME, {
      minor: PROTOCOL_MINOR,
      epoch: this.epoch,
      received: place.lane.received,
      holder,
    });
    place.lane.attach((parts) => caller.router.send(caller.routingId, parts), hello.received);
    if (fresh) {
      const from = this.#addresses.get(key);
      const comment = this.#options.authorized?.comment(key) ?? '';
      this.#audit({ what: 'joined', key, comment, session: peer.id, ...(from ? { from } : {}) });
      this.joined.emit(peer);
    }
    if (!wasLinked) this.linkChanged.emit({ peer, linked: true });
  }

  /** A link that a newer one replaces, or that lost a message: whoever still uses it must say HELLO. */
  #retire(link: ServerLink | undefined, replacement?: Caller): void {
    if (!link) return;
    this.#unlink(link, replacement !== undefined);
    if (replacement?.router !== link.router || replacement.routingId !== link.routingId)
      reply(link, REHELLO, { epoch: this.epoch });
  }

  #unlink(link: ServerLink | undefined, replaced = false): void {
    if (!link) return;
    this.#links.get(link.router)?.delete(link.routingId);
    const place = link.peer.lane(link.lane);
    if (place.link !== link) return;
    place.link = undefined;
    place.lane.detach();
    if (replaced || link.peer.gone || link.peer.linked) return;
    link.peer.unlinkedAt = performance.now();
    this.linkChanged.emit({ peer: link.peer, linked: false });
  }

  #leave(peer: ServerPeer, why: string): void {
    if (peer.gone) return;
    peer.gone = true;
    for (const name of LANE_NAMES) {
      this.#retire(peer.lane(name).link);
      peer.lane(name).lane.reset();
    }
    this.#peers.delete(peer.id);
    this.#audit({ what: 'left', key: peer.key, session: peer.id, why });
    this.left.emit(peer);
  }

  /** Whether one more session fits, for which one without connection may have to go. */
  #makeRoom(): boolean {
    if (this.#peers.size < MAX_PEERS) return true;
    let oldest: ServerPeer | undefined;
    for (const peer of this.#peers.values())
      if (!peer.linked && peer.unlinkedAt < (oldest?.unlinkedAt ?? Number.POSITIVE_INFINITY)) oldest = peer;
    if (oldest) this.#leave(oldest, 'room was needed');
    return oldest !== undefined;
  }

  /** ZeroMQ says that a connection ended, not which: a send to each tells. */
  #probeSoon(router: RouterPort): void {
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => {
      for (const link of this.#links.get(router)?.values() ?? [])
        link.peer.lane(link.lane).lane.acknowledge();
    }, PROBE_AFTER_MS);
  }

  #look(now: number): void {
    this.#doorkeeper.tick(now);
    for (const peer of this.#peers.values()) {
      for (const name of LANE_NAMES) {
        const { link } = peer.lane(name);
        if (!link || link.silent || now - link.heardAt < LINK_SILENT_MS) continue;
        link.silent = true;
        if (peer.linked) continue;
        peer.unlinkedAt = now;
        this.linkChanged.emit({ peer, linked: false });
      }
      const limit = peer.linked ? LINKED_QUEUE_BYTES : UNLINKED_QUEUE_BYTES;
      const kept = peer.key === '' && !peer.connected ? LOCAL_PEER_KEPT_MS : PEER_KEPT_MS;
      if (peer.queuedBytes > limit) this.#leave(peer, 'too much waits for it');
      else if (!peer.linked && now - peer.unlinkedAt > kept) this.#leave(peer, 'it did not come back');
      else if (peer.key !== '' && !this.#options.authorized?.has(peer.key))
        this.#leave(peer, 'its key was taken away');
    }
  }
}

/** The body of a message that could not be validated, for the `id` of its request. */
function peekBody(header: Buffer | undefined): unknown {
  try {
    const parsed: unknown = header && unpack(header);
    return Array.isArray(parsed) ? parsed[1] : undefined;
  } catch {
    return undefined;
  }
}
