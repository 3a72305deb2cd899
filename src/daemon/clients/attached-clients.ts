import type { DetachReason } from '../../commands/context.ts';
import type { AttachedClient } from '../../model/client.ts';
import { screenState } from '../../model/screen-state.ts';
import type { Server } from '../../model/server.ts';
import type { Body } from '../../protocol/message.ts';
import {
  ATTACHED,
  BELL,
  CLIPBOARD,
  DETACHED,
  type EVENT,
  LOCK,
  SUSPEND,
} from '../../protocol/messages/sessions.ts';
import type { Peer } from '../../transport/types.ts';
import type { ClientControl } from '../command-effects.ts';
import type { ModelStore } from '../model-store.ts';
import type { EngineFrame, PaneEngine } from '../panes/pane-engine.ts';
import type { KeyHop } from './client-events.ts';
import { type ClientEvent, ClientLink } from './client-link.ts';
import { withDanger } from './crash-safety.ts';
import { EventQueue, type Handled, type QueuedEvent } from './event-queue.ts';

export interface AttachedParts {
  readonly hop?: ((hop: KeyHop) => void) | undefined;
  readonly server: Server;
  readonly engine: PaneEngine;
  readonly store: ModelStore;
  /** Last event of a client that the holders have seen. */
  seenByHolders(client: string): number;
  handle(link: ClientLink, event: QueuedEvent<ClientEvent>): Promise<Handled>;
  /** A client's terminal is gone for good. */
  left(client: AttachedClient): void;
  /** Output of a #() command of a status line. */
  job(command: string): string;
  changed(): void;
}

/** The terminals that show sessions: who they are, over which connection, and what they are sent. */
export class AttachedClients implements ClientControl {
  readonly #parts: AttachedParts;
  readonly #links = new Map<string, ClientLink>();

  constructor(parts: AttachedParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#links.size;
  }

  /** The peer shows an attached client from now on; one of before goes on where it was. */
  attach(peer: Peer, re: number, client: AttachedClient): void {
    const link = this.#links.get(client.id) ?? this.#link(client, peer);
    if (link.peer !== peer) link.moveTo(peer);
    this.#parts.store.save();
    peer.send(ATTACHED, { re, client: client.id, done: link.queue.done });
    this.#parts.changed();
  }

  event(peer: Peer, body: Body<typeof EVENT>, payload: Uint8Array): void {
    this.linkOf(peer)?.queue.push({ seq: body.seq, event: body.event, payload });
  }

  linkOf(peer: Peer): ClientLink | undefined {
    for (const link of this.#links.values()) if (link.peer === peer) return link;
    return undefined;
  }

  /** The connection that shows this client; undefined while it has none. */
  peerOf(client: string): Peer | undefined {
    return this.#links.get(client)?.peer;
  }

  frame(frame: EngineFrame): void {
    this.#links.get(frame.viewer)?.frame(frame);
  }

  /** Sends every client what changed of its screen. */
  update(): void {
    for (const link of this.#links.values()) {
      const screen = screenState(this.#parts.server, link.client, 0, this.#parts.job);
      link.show(withDanger(screen, link.client.session, this.#parts.store.failure));
    }
  }

  /** Clients of before a restart that have not come back leave the model; what they did is remembered for when they do. */
  dropMissing(): void {
    const { clients } = this.#parts.server;
    for (const client of [...clients.values()]) if (!this.#links.has(client.id)) clients.delete(client.id);
    this.#parts.store.saveLazily();
    this.#parts.changed();
  }

  /** The peer is gone for good: a closed terminal, a killed client. */
  peerLeft(peer: Peer): void {
    const link = this.linkOf(peer);
    if (!link) return;
    this.#drop(link);
    this.#parts.left(link.client);
  }

  reshow(pane: string): void {
    for (const link of this.#links.values()) link.reshow(pane);
  }

  detached(client: AttachedClient, reason: DetachReason, message: string): void {
    const link = this.#links.get(client.id);
    link?.peer.send(DETACHED, { reason, message: message && `[${message}]` });
    if (link) this.#drop(link);
  }

  suspend(client: AttachedClient): void {
    this.#links.get(client.id)?.peer.send(SUSPEND, {});
  }

  lock(client: AttachedClient, command: string): void {
    this.#links.get(client.id)?.peer.send(LOCK, { command });
  }

  bell(client: AttachedClient): void {
    this.#links.get(client.id)?.peer.send(BELL, {});
  }

  setClipboard(client: AttachedClient, text: string): void {
    this.#links.get(client.id)?.peer.send(CLIPBOARD, {}, [Buffer.from(text)]);
  }

  redraw(client: AttachedClient): void {
    this.#links.get(client.id)?.redraw();
  }

  #link(client: AttachedClient, peer: Peer): ClientLink {
    const { store, seenByHolders, handle } = this.#parts;
    const done = Math.max(store.events.get(client.id) ?? 0, seenByHolders(client.id));
    const queue: EventQueue<ClientEvent> = new EventQueue(
      done,
      (event) => handle(link, event),
      (seq) => link.eventsDone(seq, () => this.#parts.hop?.('told')),
    );
    const link: ClientLink = new ClientLink(client, peer, queue, this.#parts.engine);
    this.#links.set(client.id, link);
    return link;
  }

  #drop(link: ClientLink): void {
    link.dispose();
    this.#links.delete(link.client.id);
    this.#parts.store.events.delete(link.client.id);
    this.#parts.store.saveLazily();
  }
}
