import { isDeepStrictEqual } from 'node:util';
import type { AttachedClient } from '../../model/client.ts';
import type { Body } from '../../protocol/message.ts';
import { FRAME } from '../../protocol/messages/frames.ts';
import { type EVENT, EVENTS_DONE, SCREEN } from '../../protocol/messages/sessions.ts';
import type { Peer } from '../../transport/types.ts';
import type { EngineFrame, PaneEngine } from '../panes/pane-engine.ts';
import type { EventQueue } from './event-queue.ts';

export type ClientEvent = Body<typeof EVENT>['event'];

/** Sending costs 0.1 ms, and as much again at the client: one message for all events of this time, ms. */
const EVENTS_DONE_DELAY_MS = 100;

/**
 * One attached client and the connection that shows it: which panes it sees, what was
 * last drawn, and its events. The model knows the client, this knows its terminal.
 */
export class ClientLink {
  readonly client: AttachedClient;
  readonly queue: EventQueue<ClientEvent>;
  readonly #engine: PaneEngine;
  #peer: Peer;
  #shown = new Set<string>();
  #screen: Body<typeof SCREEN> | undefined;
  #version = 0;
  #done = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(client: AttachedClient, peer: Peer, queue: EventQueue<ClientEvent>, engine: PaneEngine) {
    this.client = client;
    this.queue = queue;
    this.#engine = engine;
    this.#peer = peer;
  }

  get peer(): Peer {
    return this.#peer;
  }

  /** Another connection of the same client: everything is sent anew. */
  moveTo(peer: Peer): void {
    this.#peer = peer;
    this.redraw();
  }

  redraw(): void {
    this.#screen = undefined;
    for (const pane of this.#shown) this.#engine.refresh(pane, this.client.id);
  }

  /** Sends the screen (its version is given here) if it changed, and begins and ends frames of the panes on it. */
  show(screen: Body<typeof SCREEN>): void {
    const visible = new Set(screen.panes.filter(({ host }) => host === '').map(({ pane }) => pane));
    if (screen.overlay?.kind === 'popup') visible.add(screen.overlay.pane);
    for (const pane of this.#shown) if (!visible.has(pane)) this.#engine.hide(pane, this.client.id);
    if (!isDeepStrictEqual(screen, this.#screen)) {
      this.#screen = screen;
      this.#peer.send(SCREEN, { ...screen, version: ++this.#version });
    }
    for (const pane of visible) if (!this.#shown.has(pane)) this.#engine.show(pane, this.client.id);
    this.#shown = visible;
  }

  frame({ frame, payload }: EngineFrame): void {
    this.#peer.send(FRAME, frame, [payload], 'bulk');
  }

  /** Tells the client soon: it only keeps its events a little longer, and what a key draws goes first. */
  eventsDone(seq: number, told: () => void): void {
    this.#done = seq;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#peer.send(EVENTS_DONE, { seq: this.#done });
      told();
    }, EVENTS_DONE_DELAY_MS);
  }

  /** A pane's emulation began anew (respawn): frames are asked for again. */
  reshow(pane: string): void {
    if (this.#shown.delete(pane)) {
      this.#engine.show(pane, this.client.id);
      this.#shown.add(pane);
    }
  }

  dispose(): void {
    clearTimeout(this.#telling);
    for (const pane of this.#shown) this.#engine.hide(pane, this.client.id);
    this.#shown.clear();
  }
}
