import type { Server } from '../model/server.ts';
import { resizeWindows } from '../model/window-size.ts';
import type { Holders } from './holders.ts';
import type { PaneEngine } from './panes/pane-engine.ts';

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
  readonly #engine: PaneEngine;
  readonly #sent = new Map<string, string>();
  #lastId = Date.now();

  constructor(server: Server, holders: Holders, engine: PaneEngine) {
    this.#server = server;
    this.#holders = holders;
    this.#engine = engine;
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
    const dead = this.#server.paneByUuid(pane)?.dead ?? false;
    if (cols < 1 || rows < 1 || !(dead || this.#holders.has(pane))) return;
    const size = `${cols}x${rows}`;
    if (this.#sent.get(pane) === size) return;
    this.#sent.set(pane, size);
    if (dead) {
      this.#engine.resize(pane, cols, rows);
      return;
    }
    // Numbers grow also over restarts of the daemon: the holder drops what is not newer.
    this.#lastId = Math.max(this.#lastId + 1, Date.now());
    this.#holders.client(pane).resize(pane, cols, rows, this.#lastId);
  }

  /** The pane has ended, or its program has: what the holder was told since then had no effect. */
  forget(pane: string): void {
    this.#sent.delete(pane);
  }
}
