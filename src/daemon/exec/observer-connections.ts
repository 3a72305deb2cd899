import type { Disposable } from '../../base/disposable.ts';
import { HolderClient } from '../../holder/holder-client.ts';

/**
 * Connections on which the holders' commands are observed, one to each holder: not the
 * life line, whose credit the panes of sessions share.
 */
export class ObserverConnections implements Disposable {
  /** By holder socket. */
  readonly #opened = new Map<string, Promise<HolderClient>>();

  /** @throws as HolderClient.connect. */
  to(socket: string): Promise<HolderClient> {
    const known = this.#opened.get(socket);
    if (known) return known;
    const opened = HolderClient.connect(socket, { daemon: false });
    this.#opened.set(socket, opened);
    const forget = () => this.#opened.delete(socket);
    opened.then((client) => client.closed.on(forget), forget);
    return opened;
  }

  dispose(): void {
    for (const opened of this.#opened.values())
      opened.then(
        (client) => client.dispose(),
        () => {}, // there is nothing to close
      );
  }
}
