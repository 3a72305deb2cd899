import { connect } from 'node:net';
import type { Disposable } from '../base/disposable.ts';
import type { Body } from '../protocol/message.ts';
import { AGENT_LEND, type AGENT_LENT, AGENT_OPEN } from '../protocol/messages/agent.ts';
import { SocketChannels } from '../transport/socket-channels.ts';
import type { Connection } from '../transport/types.ts';

/**
 * This machine's ssh agent, lent to the other end of a connection until it is disposed
 * of or the connection ends. The keys stay here: what travels are the questions of
 * programs there and the agent's answers.
 */
export class LentAgent implements Disposable {
  readonly #connection: Connection;
  readonly #name: string | undefined;
  readonly #channels: SocketChannels;
  readonly #listening: Disposable[];

  /** @param socketPath this machine's SSH_AUTH_SOCK. */
  constructor(connection: Connection, socketPath: string, name?: string) {
    this.#connection = connection;
    this.#name = name;
    this.#channels = new SocketChannels(connection);
    this.#listening = [
      connection.received.on((message) => {
        if (message.definition === AGENT_OPEN) {
          const { channel } = message.body as Body<typeof AGENT_OPEN>;
          this.#channels.join(channel, connect(socketPath));
        } else this.#channels.handle(message);
      }),
      connection.epochChanged.on(({ first }) => {
        if (first) return;
        this.#channels.dispose();
        // A connection that ends meanwhile has nobody to lend to.
        this.lend().catch(() => {});
      }),
    ];
  }

  /** Resolves with the path of the socket there; '' where no name was given. */
  async lend(): Promise<string> {
    const answer = await this.#connection.request(AGENT_LEND, { name: this.#name });
    return (answer.body as Body<typeof AGENT_LENT>).path;
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
    this.#channels.dispose();
  }
}
