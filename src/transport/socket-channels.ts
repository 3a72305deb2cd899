import type { Socket } from 'node:net';
import type { Disposable } from '../base/disposable.ts';
import type { Message } from '../protocol/message.ts';
import { AGENT_CLOSE, AGENT_DATA } from '../protocol/messages/agent.ts';
import type { Outgoing } from './types.ts';

/** An agent's longest message is 256 KiB (AGENT_MAX_LEN of OpenSSH): a socket that is further behind is no agent's. Bytes. */
const MAX_BEHIND_BYTES = 1024 * 1024;
/** While this much waits for the other side, the socket is not read. Bytes. */
const MAX_QUEUED_BYTES = 1024 * 1024;
/** How often it is looked whether the queue has drained, ms. */
const DRAIN_LOOK_MS = 20;

/**
 * Unix-socket connections carried over a connection of ours: what one end reads, the
 * other end writes. The same at both ends; who numbers the channels is up to the daemon.
 * No credit for each channel, since an agent answers one question at a time.
 */
export class SocketChannels implements Disposable {
  readonly #out: Outgoing;
  readonly #sockets = new Map<number, Socket>();

  constructor(out: Outgoing) {
    this.#out = out;
  }

  /** From now on the socket is the channel's end here. */
  join(channel: number, socket: Socket): void {
    this.#sockets.set(channel, socket);
    socket.on('data', (bytes: Buffer) => {
      this.#out.send(AGENT_DATA, { channel }, [bytes]);
      if (this.#out.queuedBytes > MAX_QUEUED_BYTES) this.#rest(socket);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#sockets.delete(channel)) this.#out.send(AGENT_CLOSE, { channel });
    });
  }

  /** Takes AGENT_DATA and AGENT_CLOSE; anything else is left to others. */
  handle({ definition, body, payload }: Message): boolean {
    if (definition !== AGENT_DATA && definition !== AGENT_CLOSE) return false;
    const { channel } = body as { channel: number };
    const socket = this.#sockets.get(channel);
    if (definition === AGENT_CLOSE) {
      this.#sockets.delete(channel);
      socket?.end();
    } else if (socket) {
      for (const bytes of payload) socket.write(bytes);
      if (socket.writableLength > MAX_BEHIND_BYTES) socket.destroy();
    }
    return true;
  }

  /** Ends every channel here without a word to the other side: the connection has gone. */
  dispose(): void {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const socket of sockets) socket.destroy();
  }

  #rest(socket: Socket): void {
    socket.pause();
    const timer = setInterval(() => {
      if (this.#out.queuedBytes > MAX_QUEUED_BYTES && !socket.destroyed) return;
      clearInterval(timer);
      socket.resume();
    }, DRAIN_LOOK_MS);
    timer.unref();
  }
}
