import type { Server } from '../model/server.ts';
import { resizeWindows } from '../model/window-size.ts';
import type { Holders } from './holders.ts';

export interface PaneSize {
  readonly cols: number;
  readonly rows: number;
  readonly historyLimit: number;
}

/**
 * Brings the panes' terminals to the sizes that the model says. Done after each change
 * and not by each command: a command line that splits five times resizes a pane once.
 */
export class PaneSizes {
  readonly #server: Server;
  readonly #holders: Holders;
  readonly #sent = new Map<string, string>();
  #lastId = Date.now();

  constructor(server: Server, holders: Holders) {
    this.#server = server;
    this.#holders = holders;
  }

  /** What the holder has for a pane that is adopted. */
  known(pane: string, cols: number, rows: number): void {
    this.#sent.set(pane, `${cols}x${rows}`);
  }

  reconcile(): void {
    resizeWindows(this.#server);
    for (const window of this.#server.windows.values()) {
      for (const { uuid, cols, rows } of window.panes) this.bring(uuid, cols, rows);
    }
  }

  /** Brings one pane to its size, if it has another. */
  bring(pane: string, cols: number, rows: number): void {
    if (cols < 1 || rows < 1 || !this.#holders.has(pane)) return;
    const size = `${cols}x${rows}`;
    if (this.#sent.get(pane) === size) return;
    this.#sent.set(pane, size);
    // Numbers grow also over restarts of the daemon: the holder drops what is not newer.
    this.#lastId = Math.max(this.#lastId + 1, Date.now());
    this.#holders.client(pane).resize(pane, cols, rows, this.#lastId);
  }

  forget(pane: string): void {
    this.#sent.delete(pane);
  }
}
