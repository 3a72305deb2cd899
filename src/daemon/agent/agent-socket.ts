import { createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';

/**
 * A unix socket with a path that stays: programs have it in SSH_AUTH_SOCK for as long as
 * they live, and who answers is decided anew at each connection.
 */
export class AgentSocket implements Disposable {
  readonly path: string;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  /** @param answer takes the program's connection over, or destroys it when there is no agent. */
  constructor(path: string, answer: (program: Socket) => void, log: Log) {
    this.path = path;
    this.#server = createServer((program) => {
      this.#connections.add(program);
      program.once('close', () => this.#connections.delete(program));
      program.on('error', () => program.destroy());
      answer(program);
    });
    this.#server.on('error', (error) => log(`agent socket ${path}: ${error.message}`));
    this.#server.listen(path);
  }

  /** Closes the socket and its connections; the file goes too. */
  dispose(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }
}
