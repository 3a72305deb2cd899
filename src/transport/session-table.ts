import type { Audit } from '../auth/audit.ts';
import { Signal } from '../base/signal.ts';
import { REHELLO } from '../protocol/messages/handshake.ts';
import { type Caller, reply } from './doorkeeper.ts';
import {
  BROKEN_LINK_KEPT_MS,
  LINK_SILENT_MS,
  LINKED_QUEUE_BYTES,
  LOCAL_PEER_KEPT_MS,
  MAX_FORMER,
  MAX_PEERS,
  PEER_KEPT_MS,
  PROBE_AFTER_MS,
  UNLINKED_QUEUE_BYTES,
} from './limits.ts';
import { LANE_NAMES, type LaneName, type ServerLink, type ServerPeer } from './peer.ts';
import type { RouterPort } from './router.ts';
import type { Peer } from './types.ts';

/** The daemon's sessions and their proven connections: who is linked, who went, who has to go. */
export class SessionTable {
  readonly linkChanged = new Signal<{ readonly peer: Peer; readonly linked: boolean }>();
  readonly left = new Signal<Peer>();
  readonly #epoch: string;
  readonly #audit: Audit;
  readonly #peers = new Map<string, ServerPeer>();
  /** Ids of sessions that have left. */
  readonly #former = new Set<string>();
  /** By routing id. */
  readonly #links = new Map<RouterPort, Map<string, ServerLink>>();
  #probe: NodeJS.Timeout | undefined;
  readonly #toProbe = new Set<RouterPort>();

  constructor(epoch: string, audit: Audit) {
    this.#epoch = epoch;
    this.#audit = audit;
  }

  find(session: string): ServerPeer | undefined {
    return this.#peers.get(session);
  }

  /** Whether no session of this id has ever been here; once there were too many to remember, none is. */
  isNew(session: string): boolean {
    return this.#former.size < MAX_FORMER && !this.#former.has(session) && !this.#peers.has(session);
  }

  add(peer: ServerPeer): void {
    this.#peers.set(peer.id, peer);
  }

  linkOf({ router, routingId }: Caller): ServerLink | undefined {
    return this.#links.get(router)?.get(routingId);
  }

  /** Makes the caller's connection the one of this lane, and retires the one before. Its lane is not attached yet. */
  link(caller: Caller, peer: ServerPeer, lane: LaneName): void {
    const place = peer.lane(lane);
    this.#replace(place.link, caller);
    this.#replace(this.linkOf(caller), caller);
    place.link = { ...caller, peer, lane, heardAt: performance.now(), state: 'up' };
    const links = this.#links.get(caller.router) ?? new Map<string, ServerLink>();
    this.#links.set(caller.router, links.set(caller.routingId, place.link));
  }

  heard(link: ServerLink): void {
    link.heardAt = performance.now();
    if (link.state !== 'silent') return;
    const wasLinked = link.peer.linked;
    link.state = 'up';
    if (!wasLinked) this.linkChanged.emit({ peer: link.peer, linked: true });
  }

  /** It takes nothing any more. What it has said before may still be on its way to us: its last words are often BYE. */
  broke(link: ServerLink | undefined): void {
    if (!link || link.state === 'broken') return;
    link.peer.lane(link.lane).lane.detach();
    this.#down(link, 'broken');
  }

  /** Whoever still uses this connection must say HELLO. */
  retire(link: ServerLink | undefined): void {
    if (!link) return;
    this.broke(link);
    this.#remove(link);
    reply(link, REHELLO, { epoch: this.#epoch });
  }

  leave(peer: ServerPeer, why: string): void {
    if (peer.gone) return;
    peer.gone = true;
    for (const name of LANE_NAMES) {
      const place = peer.lane(name);
      if (place.link) {
        this.#remove(place.link);
        reply(place.link, REHELLO, { epoch: this.#epoch });
      }
      place.link = undefined;
      place.lane.reset();
    }
    this.#peers.delete(peer.id);
    if (peer.key !== '' && this.#former.size < MAX_FORMER) this.#former.add(peer.id);
    this.#audit({ what: 'left', key: peer.key, session: peer.id, why });
    this.left.emit(peer);
  }

  /** Whether one more session fits, for which one without connection may have to go. */
  makeRoom(): boolean {
    if (this.#peers.size < MAX_PEERS) return true;
    let oldest: ServerPeer | undefined;
    for (const peer of this.#peers.values())
      if (!peer.linked && peer.unlinkedAt < (oldest?.unlinkedAt ?? Number.POSITIVE_INFINITY)) oldest = peer;
    if (oldest) this.leave(oldest, 'room was needed');
    return oldest !== undefined;
  }

  /** ZeroMQ says that a connection ended, not which: a send to each tells. */
  probeSoon(router: RouterPort): void {
    this.#toProbe.add(router);
    this.#probe ??= setTimeout(() => {
      this.#probe = undefined;
      for (const due of this.#toProbe)
        for (const link of this.#links.get(due)?.values() ?? [])
          if (link.state !== 'broken') link.peer.lane(link.lane).lane.acknowledge();
      this.#toProbe.clear();
    }, PROBE_AFTER_MS).unref();
  }

  /** Once a second: who is silent, owed too much, away for too long, or no longer welcome. */
  look(now: number, welcome: (key: string) => boolean): void {
    for (const peer of this.#peers.values()) {
      for (const name of LANE_NAMES) this.#lookAt(peer.lane(name).link, now);
      const limit = peer.linked ? LINKED_QUEUE_BYTES : UNLINKED_QUEUE_BYTES;
      const kept = peer.key === '' && !peer.connected ? LOCAL_PEER_KEPT_MS : PEER_KEPT_MS;
      if (peer.queuedBytes > limit) this.leave(peer, 'too much waits for it');
      else if (!peer.linked && now - peer.unlinkedAt > kept) this.leave(peer, 'it did not come back');
      else if (peer.key !== '' && !welcome(peer.key)) this.leave(peer, 'its key was taken away');
    }
  }

  /** Stops every timer and sends nothing any more. */
  close(): void {
    clearTimeout(this.#probe);
    for (const peer of this.#peers.values()) for (const name of LANE_NAMES) peer.lane(name).lane.detach();
  }

  #lookAt(link: ServerLink | undefined, now: number): void {
    if (link?.state === 'up' && now - link.heardAt > LINK_SILENT_MS) this.#down(link, 'silent');
    if (link?.state === 'broken' && now - link.heardAt > BROKEN_LINK_KEPT_MS) {
      this.#remove(link);
      link.peer.lane(link.lane).link = undefined;
    }
  }

  #down(link: ServerLink, state: 'silent' | 'broken'): void {
    const { peer } = link;
    const wasLinked = peer.linked;
    link.state = state;
    if (state === 'broken') link.heardAt = performance.now();
    if (!wasLinked || peer.linked) return;
    peer.unlinkedAt = performance.now();
    this.linkChanged.emit({ peer, linked: false });
  }

  /** The same connection may have said HELLO again, for this session or another one. */
  #replace(link: ServerLink | undefined, by: Caller): void {
    if (!link) return;
    this.#remove(link);
    const place = link.peer.lane(link.lane);
    if (place.link === link) {
      place.lane.detach();
      place.link = undefined;
    }
    if (by.router !== link.router || by.routingId !== link.routingId)
      reply(link, REHELLO, { epoch: this.#epoch });
  }

  #remove(link: ServerLink): void {
    const links = this.#links.get(link.router);
    if (links?.get(link.routingId) === link) links.delete(link.routingId);
  }
}
