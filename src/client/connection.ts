import { networkInterfaces } from 'node:os';
import type { KeyPair } from '../auth/keys.ts';
import { Signal } from '../base/signal.ts';
import { decodeMessage, encodeHeader, messageTable } from '../protocol/codec.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body, Message, MessageDefinition } from '../protocol/message.ts';
import { unnumbered, type WELCOME } from '../protocol/messages/handshake.ts';
import { allMessages } from '../protocol/messages/index.ts';
import { endpointName } from '../transport/dial.ts';
import { CLIENT_TICK_MS, CLOCK_JUMP_MS, DIAL_TICK_MS } from '../transport/limits.ts';
import type { Connection, Endpoint, EpochChange, LinkState } from '../transport/types.ts';
import { ClientLane, type LaneOwner } from './client-lane.ts';
import { ClientSession, type LaneName } from './client-session.ts';
import type { KnownEpoch } from './known-epoch.ts';
import { Requests } from './requests.ts';

export interface ConnectOptions {
  /** Needed over TCP: the key pair of this machine. */
  readonly keys?: KeyPair;
  /** Saves a round trip over TCP. */
  readonly known?: KnownEpoch;
}

/** Begins a connection; it dials until it is disposed of, or refused for good. */
export function connect(endpoint: Endpoint, options: ConnectOptions = {}): Connection {
  return new ZmqConnection(endpoint, options);
}

const numberedMessages = messageTable(
  allMessages.filter((definition) => definition.from !== 'client' && !unnumbered.includes(definition)),
);

class ZmqConnection implements Connection, LaneOwner {
  readonly endpoint: Endpoint;
  readonly keys: KeyPair | undefined;
  readonly session: ClientSession;
  readonly stateChanged = new Signal<LinkState>();
  readonly received = new Signal<Message>();
  readonly epochChanged = new Signal<EpochChange>();
  #state: LinkState = { kind: 'connecting', since: Date.now(), why: '' };
  readonly #requests = new Requests();
  readonly #lanes: Record<LaneName, ClientLane>;
  #tick: NodeJS.Timeout;
  #tickMs = CLIENT_TICK_MS;
  #wallClock = Date.now();
  #addresses: string | undefined;
  daemonVersion: string | undefined;
  boot: string | undefined;
  readonly #known: KnownEpoch | undefined;
  /** No session was welcomed before the present one. */
  #first = true;

  constructor(endpoint: Endpoint, { keys, known }: ConnectOptions) {
    if (endpoint.kind === 'tcp' && !keys)
      throw new ZmxError('refused', 'a connection over TCP takes the key pair of this machine');
    this.endpoint = endpoint;
    this.keys = keys;
    this.#known = known;
    this.session = new ClientSession(endpoint, keys, known?.value);
    this.#lanes = { control: new ClientLane('control', this), bulk: new ClientLane('bulk', this) };
    this.#tick = setTimeout(() => this.#look(), CLIENT_TICK_MS);
    this.redial();
  }

  get state(): LinkState {
    return this.#state;
  }

  get queuedBytes(): number {
    return this.#lanes.control.lane.queuedBytes + this.#lanes.bulk.lane.queuedBytes;
  }

  get busy(): boolean {
    return this.#requests.size > 0;
  }

  get isFirst(): boolean {
    return this.#first;
  }

  send<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload: readonly Uint8Array[] = [],
    lane: LaneName = definition.lane === 'both' ? 'bulk' : definition.lane,
  ): void {
    if (!this.#ended) this.#lanes[lane].lane.send(encodeHeader(definition, body), payload);
  }

  request<D extends MessageDefinition>(
    definition: D,
    body: Omit<Body<D>, 'id'>,
    options: { payload?: readonly Uint8Array[]; signal?: AbortSignal } = {},
  ): Promise<Message> {
    if (this.#ended) return Promise.reject(this.#endError());
    return this.#requests.make(
      (id) => this.send<MessageDefinition>(definition, { ...body, id }, options.payload),
      options.signal,
    );
  }

  ready(timeoutMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => {
        clearTimeout(timer);
        listening.dispose();
      };
      const look = (state: LinkState): void => {
        if (state.kind === 'connecting') return;
        done();
        if (state.kind === 'live') resolve();
        else reject(this.#endError());
      };
      const listening = this.stateChanged.on(look);
      look(this.#state);
      if (timeoutMs === undefined || this.#state.kind !== 'connecting') return;
      timer = setTimeout(() => {
        done();
        const why = this.#state.kind === 'connecting' && this.#state.why;
        const what = `no answer from ${endpointName(this.endpoint)} within ${timeoutMs / 1000} s`;
        reject(new ZmxError('timeout', why ? `${what}: ${why}` : what));
      }, timeoutMs);
    });
  }

  redial(): void {
    if (this.#ended) return;
    this.#lanes.control.dial();
    this.#lanes.bulk.dial();
  }

  dispose(): void {
    if (this.#state.kind === 'closed') return;
    this.#end({ kind: 'closed' }, true);
  }

  welcomed({ epoch, holder, version, boot }: Body<typeof WELCOME>): void {
    this.daemonVersion = version;
    this.boot = boot;
    if (this.session.epoch !== undefined) return;
    this.session.epoch = epoch;
    this.#known?.keep(epoch);
    const first = this.#first;
    this.#first = false;
    const waiting = first ? [] : this.#requests.waiting();
    // What was queued since the old epoch ended was meant for it.
    if (!first) for (const lane of Object.values(this.#lanes)) lane.lane.reset();
    this.epochChanged.emit({ epoch, first, holder });
    for (const send of waiting) send();
  }

  lost(epoch: string): void {
    this.session.begin(epoch);
    for (const lane of Object.values(this.#lanes)) lane.restart();
  }

  deliver(header: Buffer, payload: Buffer[]): void {
    let message: Message;
    try {
      message = decodeMessage(numberedMessages, header, payload);
    } catch (error) {
      // A newer daemon may say what this client does not know; see "Rules of the wire".
      if (error instanceof ZmxError) return;
      throw error;
    }
    if (!this.#requests.answer(message)) this.received.emit(message);
  }

  changed(why: string): void {
    if (this.#ended) return;
    const { control, bulk } = this.#lanes;
    const live = control.live && bulk.live;
    if (live && this.session.epoch !== undefined) {
      const { epoch } = this.session;
      const roundTripMs = control.roundTripMs;
      const before = this.#state;
      this.#state = { kind: 'live', epoch, roundTripMs };
      if (before.kind !== 'live' || before.epoch !== epoch) this.stateChanged.emit(this.#state);
    } else if (this.#state.kind === 'live') {
      this.#state = { kind: 'connecting', since: Date.now(), why };
      this.stateChanged.emit(this.#state);
    } else if (this.#state.kind === 'connecting' && why && why !== this.#state.why) {
      this.#state = { ...this.#state, why };
      this.stateChanged.emit(this.#state);
    }
  }

  refused(code: string, message: string): void {
    if (!this.#ended) this.#end({ kind: 'refused', code, message }, false);
  }

  get #ended(): boolean {
    return this.#state.kind === 'refused' || this.#state.kind === 'closed';
  }

  #endError(): ZmxError {
    return this.#state.kind === 'refused'
      ? new ZmxError(this.#state.code, this.#state.message)
      : new ZmxError('closed', 'the connection was closed');
  }

  #end(state: LinkState, bye: boolean): void {
    clearTimeout(this.#tick);
    this.#state = state;
    this.#lanes.control.close(bye);
    this.#lanes.bulk.close(false);
    this.#requests.rejectAll(this.#endError());
    this.stateChanged.emit(state);
  }

  /** The machine has other addresses than a tick ago: connections from the old ones may be dead without a word. */
  #moved(): boolean {
    if (this.endpoint.kind === 'ipc') return false;
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .map(({ address }) => address)
      .join();
    const moved = this.#addresses !== undefined && this.#addresses !== addresses;
    this.#addresses = addresses;
    return moved;
  }

  #look(): void {
    const wallClock = Date.now();
    const jump = Math.abs(wallClock - this.#wallClock - this.#tickMs);
    this.#wallClock = wallClock;
    if (jump > CLOCK_JUMP_MS || this.#moved()) this.redial();
    const now = performance.now();
    this.#lanes.control.tick(now);
    this.#lanes.bulk.tick(now);
    if (this.#ended) return;
    this.#tickMs = this.#lanes.control.restless || this.#lanes.bulk.restless ? DIAL_TICK_MS : CLIENT_TICK_MS;
    this.#tick = setTimeout(() => this.#look(), this.#tickMs);
  }
}
