import { decode as unpack } from '@msgpack/msgpack';
import { nanoid } from 'nanoid';
import { Context } from 'zeromq';
import { type Audit, noAudit } from '../auth/audit.ts';
import type { AuthorizedKeys } from '../auth/authorized-keys.ts';
import type { KeyPair } from '../auth/keys.ts';
import { bootId } from '../base/boot-id.ts';
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
import { MAX_PEERS, SERVER_TICK_MS } from './limits.ts';
import { type ServerLink, ServerPeer } from './peer.ts';
import { type RouterEvents, RouterPort } from './router.ts';
import { SessionTable } from './session-table.ts';
import type { Peer, TransportServer } from './types.ts';
import { ZapHandler } from './zap.ts';

export interface ServerOptions {
  /** Names this start of the daemon; made where it is not given. */
  readonly epoch?: string;
  /** Incarnation of the holder, for WELCOME. */
  readonly holder?: () => string | undefined;
  /** Of the daemon's program, for WELCOME. */
  readonly version?: string;
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
  readonly linkChanged: Signal<{ readonly peer: Peer; readonly linked: boolean }>;
  readonly left: Signal<Peer>;
  readonly #options: ServerOptions;
  readonly #audit: Audit;
  readonly #log: Log;
  readonly #context = new Context();
  readonly #doorkeeper: Doorkeeper;
  readonly #sessions: SessionTable;
  readonly #routers: RouterPort[] = [];
  /** IP address from which each authorised key came last. */
  readonly #addresses = new Map<string, string>();
  readonly #tick: NodeJS.Timeout;
  #zap: Promise<ZapHandler> | undefined;
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
    unroutable: (router, to) => this.#sessions.broke(this.#sessions.linkOf({ router, routingId: to })),
    disconnected: (router) => this.#sessions.probeSoon(router),
  };

  constructor(options: ServerOptions = {}) {
    this.#options = options;
    this.epoch = options.epoch ?? nanoid();
    this.#audit = options.audit ?? noAudit;
    this.#log = options.log ?? noLog;
    this.#sessions = new SessionTable(this.epoch, this.#audit);
    this.linkChanged = this.#sessions.linkChanged;
    this.left = this.#sessions.left;
    this.#doorkeeper = new Doorkeeper({
      epoch: this.epoch,
      keys: options.keys,
      authorized: options.authorized,
      audit: this.#audit,
      find: (session) => this.#sessions.find(session),
      isNew: (session) => this.#sessions.isNew(session),
      admit: (caller, hello) => this.#admit(caller, hello),
      addressOf: (key) => this.#addresses.get(key),
    });
    this.#tick = setInterval(() => this.#look(), SERVER_TICK_MS).unref();
  }

  get counts(): { dispatched: number; refused: number; invalid: number } {
    return { dispatched: this.#dispatched, refused: this.#doorkeeper.refused, invalid: this.#invalid };
  }

  async bindIpc(path: string): Promise<void> {
    this.#routers.push(await RouterPort.ipc(this.#context, path, this.#routerEvents));
  }

  async bindTcp(address: string, port: number): Promise<number> {
    const { keys, authorized } = this.#options;
    if (!keys || !authorized) throw new Error('TCP takes a key pair and a list of authorised keys');
    this.#zap ??= ZapHandler.bind(this.#context, (key, from) => this.#verdict(authorized, key, from));
    await this.#zap;
    const bound = await RouterPort.tcp(this.#context, address, port, keys, this.#routerEvents);
    this.#routers.push(bound.router);
    return bound.port;
  }

  dispose(): void {
    clearInterval(this.#tick);
    this.#sessions.close();
    for (const router of this.#routers) router.dispose();
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
    const caller = { router, routingId };
    const link = this.#sessions.linkOf(caller);
    const [first, header, ...payload] = parts;
    if (!link) {
      this.#doorkeeper.knock(caller, header);
      return;
    }
    this.#sessions.heard(link);
    const { lane } = link.peer.lane(link.lane);
    const laneHeader = decodeLaneHeader(first);
    let bytes = header?.length ?? 0;
    for (const part of payload) bytes += part.length;
    const arrival = laneHeader ? lane.arrived(laneHeader, bytes) : 'invalid';
    if (arrival === 'deliver') this.#deliver(link, header, payload);
    else if (arrival === 'gap') this.#sessions.retire(link);
    else if (arrival === 'invalid')
      this.#complain(link.peer, new ZmxError('invalid', 'the lane header is wrong'));
    else if (laneHeader?.seq === 0 && header) this.#unnumbered(link, header);
  }

  #look(): void {
    const now = performance.now();
    this.#doorkeeper.tick(now);
    this.#sessions.look(now, (key) => this.#options.authorized?.has(key) ?? false);
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
      this.#doorkeeper.knock(link, header);
      return;
    }
    try {
      const { definition, body } = decodeMessage(linkMessages, header, []);
      if (definition === BYE) this.#sessions.leave(link.peer, 'it said so');
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
    let peer = this.#sessions.find(hello.session);
    if (peer && peer.key !== key) {
      this.#doorkeeper.refuse(caller, 'refused', 'the session belongs to another key', { hello });
      return;
    }
    if (peer && !peer.lane(hello.lane).lane.canResume(hello.received)) {
      this.#sessions.leave(peer, 'its numbers do not fit');
      peer = undefined;
    }
    if (!peer && (hello.resume || hello.received > 0)) {
      reply(caller, LOST, { epoch: this.epoch });
      return;
    }
    if (!peer && !this.#sessions.makeRoom()) {
      const why = `the daemon has ${MAX_PEERS} clients; detach some`;
      this.#doorkeeper.refuse(caller, 'busy', why, { retry: true, hello });
      return;
    }
    const fresh = !peer;
    peer ??= new ServerPeer(hello.session, key, (gone) => this.#sessions.leave(gone, 'the daemon ended it'));
    const place = peer.lane(hello.lane);
    if (hello.generation <= place.generation) {
      // A connection dialled before the present one: its client says HELLO again if it still uses it.
      reply(caller, REHELLO, { epoch: this.epoch, generation: hello.generation });
      return;
    }
    const wasLinked = peer.linked;
    this.#sessions.add(peer);
    this.#sessions.link(caller, peer, hello.lane);
    place.generation = hello.generation;
    const holder = this.#options.holder?.();
    reply(caller, WELCOME, {
      minor: PROTOCOL_MINOR,
      epoch: this.epoch,
      received: place.lane.received,
      holder,
      version: this.#options.version,
      boot: bootId() || undefined,
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
