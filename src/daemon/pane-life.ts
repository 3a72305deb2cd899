import type { Log } from '../base/log.ts';
import type { Host } from '../commands/context.ts';
import { showMessage } from '../commands/show-on-client.ts';
import type { HeldPane } from '../holder/wire.ts';
import type { Pane } from '../model/pane.ts';
import type { PaneInfo } from '../model/pane-info.ts';
import { restorationLine } from '../model/restoration.ts';
import type { Server } from '../model/server.ts';
import type { AttachedClients } from './clients/attached-clients.ts';
import type { Holders } from './holders.ts';
import type { ModelStore } from './model-store.ts';
import type { PaneLogs } from './pane-logs.ts';
import type { PaneSize, PaneSizes } from './pane-sizes.ts';
import type { PaneEngine } from './panes/pane-engine.ts';
import { PaneRestorer } from './restore/pane-restorer.ts';
import { PromptTypist } from './restore/prompt-typist.ts';
import type { PaneShells } from './shells/pane-shells.ts';

/** A held pane that no session claims may be one whose command is just being asked for again; after this it goes, ms. */
const UNCLAIMED_GRACE_MS = 20_000;

export interface PaneLifeParts {
  readonly server: Server;
  readonly holders: Holders;
  readonly engine: PaneEngine;
  readonly shells: PaneShells;
  readonly store: ModelStore;
  readonly sizes: PaneSizes;
  readonly logs: PaneLogs;
  readonly clients: AttachedClients;
  readonly log: Log;
  hostOf(op: string): Host;
  changed(): void;
}

/** Panes from their first byte to their last: begun, taken up, restored where their programs are gone, ended. */
export class PaneLife {
  readonly #parts: PaneLifeParts;
  /** Panes whose emulation is catching up. */
  readonly #opening = new Map<string, Promise<void>>();
  /** Held panes that no session claims so far. */
  #unclaimed: string[] = [];
  readonly #typist: PromptTypist;
  readonly #restorer: PaneRestorer;

  constructor(parts: PaneLifeParts) {
    this.#parts = parts;
    const { server, holders, store, log } = parts;
    this.#typist = new PromptTypist(holders, (pane) => this.#typed(pane), log);
    this.#restorer = new PaneRestorer({
      ...{ server, store, log, typist: this.#typist },
      begin: (pane, size) => this.begin(pane, size),
      effects: (op) => parts.hostOf(op).effects,
      historyLimit: (pane) => this.#historyLimit(pane),
    });
    holders.lost.on((panes) => {
      this.#lost(panes).catch((error: unknown) => log(`panes of a dead holder: ${String(error)}`));
    });
  }

  /** Emulates a pane whose program the holder has just started, or that shows the last screen of one that has ended. */
  async begin(pane: string, size: PaneSize): Promise<void> {
    const { holders, engine, sizes, logs, clients } = this.#parts;
    const holderSocket = holders.has(pane) ? holders.socket(pane) : undefined;
    if (holderSocket !== undefined) sizes.known(pane, size.cols, size.rows);
    const log = logs.settings(pane);
    logs.known(pane, log);
    const restoration = this.#parts.server.paneByUuid(pane)?.restoration;
    const restoredLine = restoration && restorationLine(restoration);
    const opening = engine.open({ pane, holderSocket, ...size, log, ...(restoredLine && { restoredLine }) });
    this.#opening.set(pane, opening);
    try {
      await opening;
    } finally {
      this.#opening.delete(pane);
    }
    const own = this.#parts.server.paneByUuid(pane);
    if (own) own.info = engine.info(pane);
    clients.reshow(pane);
  }

  /**
   * Takes up the panes that the holders kept while there was no daemon, and restores those
   * that no holder has. Resolves when all have caught up; clients may attach before.
   * @param oldHome home folder of whoever wrote the sessions.
   */
  async adopt(held: readonly HeldPane[], oldHome: string): Promise<void> {
    const { server, log } = this.#parts;
    const byUuid = new Map(held.map((pane) => [pane.pane, pane]));
    const adopting: Promise<void>[] = [];
    const lost: Pane[] = [];
    for (const pane of server.panes.values()) {
      const found = byUuid.get(pane.uuid);
      byUuid.delete(pane.uuid);
      if (found) {
        const historyLimit = this.#historyLimit(pane);
        const size = { cols: found.cols, rows: found.rows, historyLimit };
        adopting.push(this.begin(pane.uuid, size).then(() => this.#typist.await(pane)));
      } else if (pane.empty) {
        const { cols, rows } = pane;
        adopting.push(this.begin(pane.uuid, { cols, rows, historyLimit: this.#historyLimit(pane) }));
      } else if (pane.host === '') lost.push(pane);
    }
    if (lost.length > 0) {
      await this.restore(lost, oldHome);
      this.#sayRestored();
    }
    this.#unclaimed = [...byUuid.keys()];
    setTimeout(() => this.#dropUnclaimed(), UNCLAIMED_GRACE_MS).unref();
    for (const outcome of await Promise.allSettled(adopting))
      if (outcome.status === 'rejected') log(`a pane could not be taken up: ${String(outcome.reason)}`);
    this.#parts.changed();
  }

  /** Gives these panes, which have no program, a shell in the place of the one that they had. */
  async restore(panes: readonly Pane[], oldHome: string): Promise<void> {
    await this.#restorer.restore(panes, oldHome);
    this.#parts.changed();
  }

  /** Resolves when a pane that lost its program has another; undefined for one that did not. */
  arrival(uuid: string): Promise<void> | undefined {
    return this.#restorer.arrival(uuid);
  }

  /** The pane's modes; keys typed right after a restart wait for the pane to be taken up. */
  async modes(uuid: string): Promise<PaneInfo | undefined> {
    await this.arrival(uuid);
    await this.#opening.get(uuid);
    return this.#parts.holders.has(uuid) ? this.#parts.engine.info(uuid) : undefined;
  }

  /** What is offered to somebody who types already would land in the middle of that. */
  typedInto(uuid: string): void {
    const pane = this.#parts.server.paneByUuid(uuid);
    if (pane?.restoration?.offer) this.#typist.giveUp(pane);
  }

  /** The pane's screen or modes are others than before: a prompt may have come. */
  shown(pane: Pane): void {
    this.#typist.look(pane);
  }

  /** The title that formats show until the program sets another. */
  retitle(uuid: string, title: string): void {
    const pane = this.#parts.server.paneByUuid(uuid);
    if (pane) pane.title = title;
  }

  /** Ends every pane's program: the server ends. */
  async endAll(): Promise<void> {
    const { server, holders, engine, shells } = this.#parts;
    this.#dropUnclaimed();
    for (const pane of server.panes.values()) {
      if (holders.has(pane.uuid)) holders.forget(pane.uuid);
      await engine.close(pane.uuid, { erase: true }).catch(() => {});
      shells.forget(pane.uuid);
    }
  }

  #historyLimit(pane: Pane): number {
    const [session] = this.#parts.server.sessionsWith(pane.window);
    return (session?.options ?? this.#parts.server.globalOptions).number('history-limit');
  }

  /** The holder died under a running daemon. */
  async #lost(panes: readonly string[]): Promise<void> {
    const { server, engine, log } = this.#parts;
    const lost = panes.map((uuid) => server.paneByUuid(uuid)).filter((pane) => pane !== undefined);
    this.#restorer.announce(lost);
    for (const pane of lost)
      await engine
        .close(pane.uuid, { erase: false })
        .catch((error: unknown) => log(`${pane.name}: ${String(error)}`));
    await this.restore(lost, server.facts.home);
    this.#sayRestored();
  }

  #typed(pane: Pane): void {
    if (!pane.restoration) return;
    const { offer: _, ...done } = pane.restoration;
    pane.restoration = done;
    this.#parts.store.save();
  }

  #sayRestored(): void {
    const { server } = this.#parts;
    const text =
      'programs were lost with the process that held them: their panes have new shells and their history';
    server.addMessage(text);
    for (const client of server.clients.values())
      showMessage(this.#parts.hostOf(`restored-${client.id}`), client, text, 0);
  }

  #dropUnclaimed(): void {
    for (const uuid of this.#unclaimed.splice(0)) {
      if (this.#parts.server.paneByUuid(uuid) || !this.#parts.holders.has(uuid)) continue;
      this.#parts.log(`pane ${uuid} belongs to no session; it is ended`);
      this.#parts.holders.forget(uuid);
    }
  }
}
