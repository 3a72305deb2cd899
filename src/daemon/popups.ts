import type { Host } from '../commands/context.ts';
import { closePopup } from '../commands/keys/popup-keys.ts';
import type { HeldPane } from '../holder/wire.ts';
import type { AttachedClient, PopupOverlay } from '../model/client.ts';
import { popupBox } from '../model/popup.ts';
import type { Server } from '../model/server.ts';
import type { PaneSize, PaneSizes } from './pane-sizes.ts';
import type { PaneChange, PaneEngine } from './panes/pane-engine.ts';

/** tmux's status of a popup that was closed before its program ended: by SIGHUP. */
const CLOSED_STATUS = 129;

export interface PopupsParts {
  readonly server: Server;
  readonly engine: PaneEngine;
  readonly sizes: PaneSizes;
  host(op: string): Host;
  begin(pane: string, size: PaneSize): Promise<void>;
  changed(): void;
}

/**
 * The programs in popups. A popup is what a client shows over its panes and belongs to
 * no window; so whichever way it goes (its own end, another command, a terminal that is
 * closed), its program is ended here, as soon as no client shows it any more.
 */
export class Popups {
  readonly #parts: PopupsParts;
  readonly #statuses = new Map<string, number>();

  constructor(parts: PopupsParts) {
    this.#parts = parts;
    parts.engine.changes.on((change) => void this.#changed(change));
  }

  /** Takes up popups of before a restart; returns the panes that are none. */
  adopt(held: readonly HeldPane[]): HeldPane[] {
    const byUuid = new Map(held.map((pane) => [pane.pane, pane]));
    for (const { client, popup } of this.#shown()) {
      const found = byUuid.get(popup.pane);
      byUuid.delete(popup.pane);
      if (!found) client.overlay = undefined;
      else {
        this.#statuses.set(popup.pane, CLOSED_STATUS);
        void this.#parts.begin(popup.pane, { cols: found.cols, rows: found.rows, historyLimit: 0 });
      }
    }
    return [...byUuid.values()];
  }

  /** Gives programs the sizes of their popups, and ends those whose popup has gone. */
  reconcile(): void {
    const { server, sizes } = this.#parts;
    const gone = new Set(this.#statuses.keys());
    for (const { client, popup } of this.#shown()) {
      gone.delete(popup.pane);
      if (!this.#statuses.has(popup.pane)) this.#statuses.set(popup.pane, CLOSED_STATUS);
      const { cols, rows } = popupBox(client, popup).inner;
      sizes.bring(popup.pane, cols, rows);
    }
    for (const pane of gone) {
      const status = this.#statuses.get(pane)!;
      this.#statuses.delete(pane);
      server.popups.delete(pane);
      sizes.forget(pane);
      this.#parts
        .host(`popup-${pane}`)
        .effects.kill(pane, { keep: false })
        .catch(() => {}); // its holder has gone
      server.popupClosed.emit({ pane, status });
    }
  }

  /** Ends every popup's program: the server ends. */
  async endAll(): Promise<void> {
    const { effects } = this.#parts.host('popups');
    await Promise.allSettled([...this.#statuses.keys()].map((pane) => effects.kill(pane, { keep: false })));
  }

  *#shown(): Generator<{ client: AttachedClient; popup: PopupOverlay }> {
    for (const client of this.#parts.server.clients.values())
      if (client.overlay?.kind === 'popup') yield { client, popup: client.overlay };
  }

  async #changed(change: PaneChange): Promise<void> {
    const { server, changed, host } = this.#parts;
    const shown = [...this.#shown()].find(({ popup }) => popup.pane === change.pane);
    if (!shown) return;
    if (change.kind === 'info') server.popups.set(change.pane, change.info);
    else if (change.kind === 'exited') {
      const { client, popup } = shown;
      const { code } = change.exit;
      this.#statuses.set(popup.pane, code);
      popup.ended = true;
      const op = `popup-${popup.pane}`;
      if (popup.closes === 'exit' || (popup.closes === 'success' && code === 0))
        await closePopup(host(op), client, popup, op).finally(() => server.runs.end(op));
    } else return;
    changed();
  }
}
