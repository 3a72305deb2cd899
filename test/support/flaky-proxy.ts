import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '../../src/base/disposable.ts';

/** What a direction holds before it stops reading, as a router's queue would be full. */
const HELD_BYTES = 4 * 1024 * 1024;
/** On a link of limited bandwidth a router's queue is short: what goes through in this time, ms. */
const QUEUE_MS = 100;
/** What an Ethernet frame carries of TCP; bytes. */
const PACKET_BYTES = 1460;

export interface ProxyOptions {
  /** Every byte arrives so much later, in each direction: half the round trip. */
  readonly delayMs?: number;
  /** Pieces arrive up to so much earlier or later than that, in order; ms. */
  readonly jitterMs?: number;
  /** In each direction, of all connections together: they share one link. */
  readonly bytesPerSecond?: number;
  /**
   * Share of packets that are lost. TCP repeats them after two round trips (the probe of
   * RFC 8985), and what comes behind on the same connection waits for that.
   */
  readonly lossRate?: number;
  /** 0 to 1, for jitter and loss. */
  readonly random?: () => number;
}

/** One direction of the link, which all connections share. */
interface Link {
  /** When the last byte taken is through the narrowest place. */
  sentAt: number;
}

/**
 * A TCP proxy on 127.0.0.1 that behaves like a bad network: it delays, limits,
 * stalls and cuts. What it cannot imitate is a link that is down: the near TCP
 * connection stands at once, and nothing is lost below TCP.
 */
export class FlakyProxy implements Disposable {
  readonly port: number;
  /** One way, in ms; may be changed at any time. */
  delayMs: number;
  jitterMs: number;
  bytesPerSecond: number;
  lossRate: number;
  /** Connections that were accepted so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #pipes = new Set<Pipe>();
  #stalled = false;
  #refusing = false;
  #cutAfter = Number.POSITIVE_INFINITY;
  readonly #random: () => number;
  readonly #up: Link = { sentAt: 0 };
  readonly #down: Link = { sentAt: 0 };

  private constructor(server: Server, port: number, target: number, options: ProxyOptions) {
    this.#server = server;
    this.port = port;
    this.delayMs = options.delayMs ?? 0;
    this.jitterMs = options.jitterMs ?? 0;
    this.bytesPerSecond = options.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.lossRate = options.lossRate ?? 0;
    this.#random = options.random ?? Math.random;
    server.on('connection', (near) => this.#accept(near, target));
  }

  /** Listens on a port of the system's choice, and connects on to `target` on 127.0.0.1. */
  static start(target: number, options: ProxyOptions = {}): Promise<FlakyProxy> {
    const server = createServer({ noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        resolve(new FlakyProxy(server, port, target, options));
      });
    });
  }

  /** Connections that stand. */
  get open(): number {
    return this.#pipes.size / 2;
  }

  /** Nothing gets through, and nothing is lost, until `resume`. */
  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    for (const pipe of this.#pipes) pipe.flow();
  }

  /** Ends every connection now, with what it holds. */
  cut(): void {
    for (const pipe of [...this.#pipes]) pipe.destroy();
  }

  /** Ends every connection as soon as so many more bytes went through, in the middle of a message as like as not. */
  cutAfterBytes(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** While true, new connections are ended as soon as they stand. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  dispose(): void {
    this.#refusing = true;
    this.cut();
    this.#server.close();
  }

  /** @internal How many of `bytes` may pass before the cut. */
  spend(bytes: number): number {
    const granted = Math.min(bytes, this.#cutAfter);
    this.#cutAfter -= granted;
    return granted;
  }

  /** @internal */
  spent(): void {
    if (this.#cutAfter > 0) return;
    this.#cutAfter = Number.POSITIVE_INFINITY;
    this.cut();
  }

  /** @internal When so many bytes, taken now, arrive at the other end of `link`. */
  arrival(link: Link, bytes: number): number {
    const { delayMs, jitterMs, lossRate } = this;
    link.sentAt = Math.max(performance.now(), link.sentAt) + (bytes / this.bytesPerSecond) * 1000;
    const jitter = jitterMs > 0 ? (2 * this.#random() - 1) * jitterMs : 0;
    const packets = Math.ceil(bytes / PACKET_BYTES);
    const lost = lossRate > 0 && this.#random() > (1 - lossRate) ** packets;
    return link.sentAt + delayMs + jitter + (lost ? 4 * delayMs : 0);
  }

  /** @internal What a connection may hold. */
  get queueBytes(): number {
    return Math.min(HELD_BYTES, (this.bytesPerSecond * (this.delayMs + QUEUE_MS)) / 1000);
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  #accept(near: Socket, target: number): void {
    this.accepted++;
    if (this.#refusing) {
      near.on('error', () => {});
      near.resetAndDestroy();
      return;
    }
    const far = createConnection({ port: target, host: '127.0.0.1', noDelay: true });
    const pipes = [new Pipe(this, near, far, this.#up), new Pipe(this, far, near, this.#down)];
    for (const pipe of pipes) this.#pipes.add(pipe);
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const pipe of pipes) {
          this.#pipes.delete(pipe);
          pipe.destroy();
        }
      });
    }
  }
}

/** One direction of one connection. */
class Pipe {
  readonly #proxy: FlakyProxy;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #link: Link;
  #held: { data: Buffer; due: number }[] = [];
  #heldBytes = 0;
  /** When the last byte taken arrives: none overtakes another. */
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(proxy: FlakyProxy, from: Socket, to: Socket, link: Link) {
    this.#proxy = proxy;
    this.#link = link;
    this.#from = from;
    this.#to = to;
    from.on('data', (data) => this.#take(data));
  }

  /** Sends on what is due, and comes back for the rest. */
  flow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    while (!this.#proxy.stalled) {
      const next = this.#held[0];
      if (!next) break;
      if (next.due > now) {
        this.#timer = setTimeout(() => this.flow(), next.due - now);
        break;
      }
      this.#held.shift();
      this.#heldBytes -= next.data.length;
      this.#to.write(next.data.subarray(0, this.#proxy.spend(next.data.length)));
      this.#proxy.spent();
    }
    if (this.#heldBytes < this.#proxy.queueBytes) this.#from.resume();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#held = [];
    if (!this.#from.destroyed) this.#from.resetAndDestroy();
    if (!this.#to.destroyed) this.#to.resetAndDestroy();
  }

  #take(data: Buffer): void {
    this.#lastDue = Math.max(this.#lastDue, this.#proxy.arrival(this.#link, data.length));
    this.#held.push({ data, due: this.#lastDue });
    this.#heldBytes += data.length;
    if (this.#heldBytes >= this.#proxy.queueBytes) this.#from.pause();
    this.flow();
  }
}
