import type { KeyPair } from '../auth/keys.ts';
import { decodeMessage, encodeHeader, messageTable } from '../protocol/codec.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body, MessageDefinition } from '../protocol/message.ts';
import {
  BYE,
  CHALLENGE,
  HELLO,
  LOST,
  PING,
  PONG,
  PROOF,
  REFUSED,
  REHELLO,
  unnumbered,
  WELCOME,
} from '../protocol/messages/handshake.ts';
import { Dial, type DialEnd, endpointName } from '../transport/dial.ts';
import { Lane } from '../transport/lane.ts';
import { decodeLaneHeader, encodeLaneHeader } from '../transport/lane-header.ts';
import {
  CLIENT_TICK_MS,
  DIAL_AGAIN_MS,
  DIAL_MS,
  DIAL_RETRY_MS,
  DIAL_ROUND_TRIPS,
  DIAL_TCP_MS,
  PING_PATIENCE_MS,
} from '../transport/limits.ts';
import type { Endpoint } from '../transport/types.ts';
import type { ClientSession, LaneName } from './client-session.ts';
import { Pulse } from './pulse.ts';

/** What a lane tells the connection that it is part of. */
export interface LaneOwner {
  readonly endpoint: Endpoint;
  readonly keys: KeyPair | undefined;
  readonly session: ClientSession;
  /** An answer is waited for: ping more often. */
  readonly busy: boolean;
  /** No session was welcomed before the present one: what is queued is meant for whichever epoch comes. */
  readonly isFirst: boolean;
  /** A connection of this lane was welcomed; called before anything is sent or received on it. */
  welcomed(welcome: Body<typeof WELCOME>): void;
  /** The daemon, which is in this epoch, no longer has our session. */
  lost(epoch: string): void;
  deliver(header: Buffer, payload: Buffer[]): void;
  /** The lane went up or down. */
  changed(why: string): void;
  refused(code: string, message: string): void;
}

/** A cut breaks one handshake, and a forwarded port whose daemon is away each: after as many in a row the user is told to look at the keys, and dialling goes on. */
const DISAGREEMENTS = 4;

/** A connection, from its dialling on. */
interface Link {
  readonly dial: Dial;
  /** When it was dialled, or said HELLO again, by the monotonic clock in ms. */
  at: number;
  /** When TCP's connection stood. */
  connectedAt: number | undefined;
  /** The HELLO that waits for its answer. */
  hello: Body<typeof HELLO> | undefined;
}

const linkMessages = messageTable(unnumbered);

/**
 * The client's end of one lane: at most one connection that is welcomed, and any
 * number that are being dialled. A connection that does not answer is kept while
 * fresh ones are dialled, and whichever answers first wins: after an
 * outage the fresh one does, after a mere stall the old one. To be heard is not to
 * answer: after an outage TCP wakes up in one direction long before the other.
 */
export class ClientLane {
  readonly name: LaneName;
  readonly lane = new Lane();
  readonly #owner: LaneOwner;
  readonly #dials = new Set<Link>();
  #link: Link | undefined;
  /** Not welcomed yet, and given what is to be sent: behind a HELLO that proves the key. */
  #early: Link | undefined;
  readonly #pulse = new Pulse();
  #retryMs = DIAL_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  /** Handshakes that failed one after the other. */
  #disagreements = 0;
  #closed = false;

  constructor(name: LaneName, owner: LaneOwner) {
    this.name = name;
    this.#owner = owner;
  }

  get live(): boolean {
    return this.#link !== undefined && !this.#pulse.stale;
  }

  /** A connection is missing, or being replaced: look more often. */
  get restless(): boolean {
    return !this.live || this.#dials.size > 0;
  }

  /** Smoothed, in ms; 0 before the first answer. */
  get roundTripMs(): number {
    return this.#pulse.roundTripMs;
  }

  /** Dials a fresh connection beside what there is. */
  dial(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    let dial: Dial;
    try {
      dial = new Dial(this.#owner.endpoint, this.#owner.keys, {
        connected: () => this.#connected(link),
        received: (parts) => this.#received(link, parts),
        ended: (why, how) => this.#ended(link, why, how),
      });
    } catch (error) {
      this.#owner.refused('invalid', (error as Error).message);
      return;
    }
    const link: Link = { dial, at: performance.now(), connectedAt: undefined, hello: undefined };
    this.#dials.add(link);
    this.#sayHello(link);
  }

  /** Another session began: the lane is empty, and its connection must say HELLO anew. */
  restart(): void {
    this.lane.reset();
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    this.#dials.add(link);
    this.#sayHello(link);
  }

  /** Once or twice a second: pings, looks who is silent, and dials. */
  tick(now: number): void {
    for (const link of this.#dials) {
      const patience = link.connectedAt === undefined ? DIAL_TCP_MS : DIAL_MS;
      if (now - link.at <= patience) continue;
      this.#drop(link);
      this.#owner.changed('nothing comes back; is the host up, and its port open?');
    }
    if (!this.#link) {
      if (this.#retry === undefined && !this.#dialling(now)) this.dial();
      return;
    }
    const wasStale = this.#pulse.stale;
    const advice = this.#pulse.look(now, this.#owner.busy || this.lane.waiting);
    if (advice === 'ping') this.#ping(now);
    if (advice === 'doubt' && !this.#dialling(now)) this.dial();
    if (this.#pulse.stale && !wasStale)
      this.#owner.changed(`${endpointName(this.#owner.endpoint)} does not answer`);
  }

  /** Closes the lane; with `bye` the daemon is told that the session ends. */
  close(bye: boolean): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    if (bye) this.lane.sendUnnumbered(encodeHeader(BYE, {}));
    this.lane.reset();
    this.#link?.dial.dispose({ flush: true });
    this.#link = undefined;
    for (const link of this.#dials) link.dial.dispose();
    this.#dials.clear();
  }

  /** Whether a dial is on its way that still deserves waiting for. */
  #dialling(now: number): boolean {
    for (const link of this.#dials) {
      if (link.connectedAt === undefined ? now - link.at < DIAL_AGAIN_MS : this.#promising(link, now))
        return true;
    }
    return false;
  }

  /** TCP stands, and there was not yet time enough for all that follows. */
  #promising({ at, connectedAt }: Link, now: number): boolean {
    if (connectedAt === undefined) return false;
    const roundTripMs = this.#pulse.roundTripMs || connectedAt - at;
    return now - connectedAt < Math.max(PING_PATIENCE_MS, DIAL_ROUND_TRIPS * roundTripMs);
  }

  /** After an outage all dials get through at once: the first one goes on, or each would retire the other. */
  #connected(link: Link): void {
    const now = performance.now();
    for (const other of this.#dials) {
      if (other === link || !this.#promising(other, now)) continue;
      this.#drop(link);
      return;
    }
    link.connectedAt = now;
  }

  #ping(now: number): void {
    this.lane.sendUnnumbered(encodeHeader(PING, { at: this.#pulse.pinged(now) }));
  }

  /** Also on a connection that does not stand yet: ZeroMQ keeps the message until CURVE is through. */
  #sayHello(link: Link): void {
    link.at = performance.now();
    link.hello = this.#owner.session.hello(this.name, this.lane.received);
    say(link, HELLO, link.hello);
    this.#notEarly(link);
    if (this.#link || this.#early || !this.#owner.isFirst || !link.hello.proof) return;
    this.#early = link;
    this.lane.attach((parts) => link.dial.send(parts), 0);
  }

  /** What it was given has not been looked at. */
  #notEarly(link: Link): void {
    if (this.#early !== link) return;
    this.#early = undefined;
    this.lane.detach();
  }

  #received(link: Link, parts: Buffer[]): void {
    const laneHeader = decodeLaneHeader(parts[0]);
    const header = parts[1];
    if (!laneHeader) return;
    if (link !== this.#link) {
      if (header && laneHeader.seq === 0) this.#greeting(link, header);
      return;
    }
    this.#heard();
    const payload = parts.slice(2);
    let bytes = header?.length ?? 0;
    for (const part of payload) bytes += part.length;
    const arrival = this.lane.arrived(laneHeader, bytes);
    if (arrival === 'deliver' && header) this.#owner.deliver(header, payload);
    else if (arrival === 'gap' || arrival === 'invalid') this.#ended(link, 'a message was lost', 'broken');
    else if (laneHeader.seq === 0 && header) this.#greeting(link, header);
  }

  #heard(): void {
    const wasStale = this.#pulse.stale;
    this.#pulse.heard(performance.now(), this.#dials.size > 0);
    if (wasStale) this.#owner.changed('');
  }

  /** A message of the connection itself. */
  #greeting(link: Link, header: Buffer): void {
    let message: { definition: MessageDefinition; body: unknown };
    try {
      message = decodeMessage(linkMessages, header, []);
    } catch (error) {
      if (!(error instanceof ZmxError)) throw error;
      return;
    }
    const { definition, body } = message;
    if (definition === WELCOME) this.#welcomed(link, body as Body<typeof WELCOME>);
    else if (definition === CHALLENGE) this.#challenged(link, body as Body<typeof CHALLENGE>);
    else if (definition === REHELLO) this.#again(link, body as Body<typeof REHELLO>);
    else if (definition === LOST) this.#lost(link, body as Body<typeof LOST>);
    else if (definition === PONG) this.#ponged(body as Body<typeof PONG>);
    else if (definition === REFUSED) this.#refused(link, body as Body<typeof REFUSED>);
    else if (definition === BYE)
      this.#owner.refused('closed', (body as Body<typeof BYE>).message ?? 'the daemon ended the session');
  }

  #challenged(link: Link, { nonce, epoch }: Body<typeof CHALLENGE>): void {
    this.#notEarly(link);
    const proof = link.hello && this.#owner.session.proof(link.hello, epoch, nonce);
    if (proof) say(link, PROOF, { proof });
  }

  #welcomed(link: Link, welcome: Body<typeof WELCOME>): void {
    const { session } = this.#owner;
    const { received } = welcome;
    if (link.hello?.session !== session.id) {
      this.#sayHello(link);
      return;
    }
    if (!this.lane.canResume(received)) {
      this.#owner.lost(welcome.epoch);
      this.#sayHello(link);
      return;
    }
    const old = this.#link;
    const given = this.#early === link;
    this.#early = undefined;
    this.#dials.delete(link);
    this.#link = link;
    if (old !== link) old?.dial.dispose();
    link.hello = undefined;
    this.#retryMs = DIAL_RETRY_MS;
    this.#pulse.begin(performance.now());
    for (const other of this.#dials) this.#drop(other);
    this.#owner.welcomed(welcome);
    if (!given) this.lane.attach((parts) => link.dial.send(parts), received);
    this.#ping(performance.now());
    this.#owner.changed('');
  }

  /** The daemon does not know this connection, or has retired it for one that we have given up since. */
  #again(link: Link, { generation }: Body<typeof REHELLO>): void {
    // The answer to the HELLO that we said since is still to come.
    if (link.hello && link.hello.generation !== generation) return;
    if (link === this.#link) {
      this.lane.detach();
      this.#link = undefined;
      this.#dials.add(link);
    }
    this.#sayHello(link);
  }

  #lost(link: Link, { epoch }: Body<typeof LOST>): void {
    if (link.hello?.session === this.#owner.session.id) this.#owner.lost(epoch);
    this.#sayHello(link);
  }

  #refused(link: Link, { code, message, retry }: Body<typeof REFUSED>): void {
    if (!retry) this.#owner.refused(code, message);
    else this.#ended(link, message, 'broken');
  }

  #ponged({ at }: Body<typeof PONG>): void {
    if (this.#pulse.ponged(at, performance.now())) for (const other of this.#dials) this.#drop(other);
    this.#owner.changed('');
  }

  #drop(link: Link): void {
    this.#notEarly(link);
    this.#dials.delete(link);
    link.dial.dispose();
  }

  #ended(link: Link, why: string, how: DialEnd): void {
    const wasLink = link === this.#link;
    this.#notEarly(link);
    link.dial.dispose();
    this.#dials.delete(link);
    if (how === 'denied') {
      this.#owner.refused('refused', `${why}: run 'zmx key' here, and 'zmx authorize' with it there`);
      return;
    }
    if (wasLink) {
      this.#link = undefined;
      this.lane.detach();
    }
    if (this.#link === undefined && this.#dials.size === 0 && !this.#closed) {
      this.#retry ??= setTimeout(() => this.dial(), wasLink ? 0 : this.#retryMs);
      if (!wasLink) this.#retryMs = Math.min(2 * this.#retryMs, CLIENT_TICK_MS);
    }
    this.#disagreements = how === 'handshake' ? this.#disagreements + 1 : 0;
    const doubted = this.#disagreements >= DISAGREEMENTS;
    this.#owner.changed(
      doubted ? `${why}; compare the host's key here (zmx host list) with 'zmx key' there` : why,
    );
  }
}

function say<D extends MessageDefinition>(link: Link, definition: D, body: Body<D>): void {
  link.dial.send([encodeLaneHeader(0, 0), encodeHeader(definition, body)]);
}
