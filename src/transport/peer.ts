import { Signal } from '../base/signal.ts';
import { encodeHeader } from '../protocol/codec.ts';
import type { Body, MessageDefinition } from '../protocol/message.ts';
import { BYE } from '../protocol/messages/handshake.ts';
import { Lane } from './lane.ts';
import type { RouterPort } from './router.ts';
import type { Peer } from './types.ts';

export type LaneName = 'control' | 'bulk';
export const LANE_NAMES: readonly LaneName[] = ['control', 'bulk'];

/** A proven connection of one lane of one session. */
export interface ServerLink {
  readonly router: RouterPort;
  readonly routingId: string;
  readonly peer: ServerPeer;
  readonly lane: LaneName;
  /** When the last message came, by the monotonic clock in ms. */
  heardAt: number;
  /**
   * silent: nothing was heard for LINK_SILENT_MS; the next message makes it up again.
   * broken: it takes nothing more, but what it had said before is still to be read.
   */
  state: 'up' | 'silent' | 'broken';
}

interface PeerLane {
  readonly lane: Lane;
  link: ServerLink | undefined;
  /** Of the newest HELLO that was admitted. */
  generation: number;
}

/** A session as the daemon holds it: two lanes, with or without connections. */
export class ServerPeer implements Peer {
  readonly id: string;
  readonly key: string;
  readonly acknowledged = new Signal<void>();
  /** When the last link went, by the monotonic clock in ms. */
  unlinkedAt = 0;
  /** Dropped by the server: whoever still holds the object sends into the void. */
  gone = false;
  readonly #lanes: Record<LaneName, PeerLane>;
  readonly #leave: (peer: ServerPeer) => void;

  constructor(id: string, key: string, leave: (peer: ServerPeer) => void) {
    this.id = id;
    this.key = key;
    this.#leave = leave;
    this.#lanes = {
      control: this.#lane(),
      bulk: this.#lane(),
    };
  }

  #lane(): PeerLane {
    return { lane: new Lane(() => this.acknowledged.emit()), link: undefined, generation: 0 };
  }

  get linked(): boolean {
    return LANE_NAMES.some((name) => this.#lanes[name].link?.state === 'up');
  }

  /** A connection stands, though perhaps a silent one. */
  get connected(): boolean {
    return LANE_NAMES.some((name) => (this.#lanes[name].link?.state ?? 'broken') !== 'broken');
  }

  get queuedBytes(): number {
    return this.#lanes.control.lane.queuedBytes + this.#lanes.bulk.lane.queuedBytes;
  }

  lane(name: LaneName): PeerLane {
    return this.#lanes[name];
  }

  send<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload: readonly Uint8Array[] = [],
    lane: LaneName = definition.lane === 'both' ? 'bulk' : definition.lane,
  ): void {
    if (!this.gone) this.#lanes[lane].lane.send(encodeHeader(definition, body), payload);
  }

  close(message?: string): void {
    if (this.gone) return;
    const bye = encodeHeader(BYE, { message });
    for (const name of LANE_NAMES) this.#lanes[name].lane.sendUnnumbered(bye);
    this.#leave(this);
  }
}
