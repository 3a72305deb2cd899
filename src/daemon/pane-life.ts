import { existsSync } from 'node:fs';
import type { Log } from '../base/log.ts';
import { type Alert, checkSilence, raiseAlert } from '../commands/alerts.ts';
import type { Host } from '../commands/context.ts';
import { killPane, paneExited } from '../commands/lifecycle.ts';
import { runRaisedHooks } from '../commands/run.ts';
import { showMessage } from '../commands/show-on-client.ts';
import { environmentOf } from '../commands/spawn.ts';
import type { ExitStatus, HeldPane } from '../holder/wire.ts';
import { renameAutomatically } from '../model/automatic-rename.ts';
import type { Pane } from '../model/pane.ts';
import type { PaneInfo } from '../model/pane-info.ts';
import type { Server } from '../model/server.ts';
import type { AttachedClients } from './clients/attached-clients.ts';
import { CommandEffects, type EffectParts, type WriteNumbers } from './command-effects.ts';
import type { Holders } from './holders.ts';
import type { ModelStore } from './model-store.ts';
import type { PaneLogs } from './pane-logs.ts';
import type { PanePipes } from './pane-pipes.ts';
import type { PaneSizes } from './pane-sizes.ts';
import type { PaneChange, PaneEngine } from './panes/pane-engine.ts';
import type { ShellJobs } from './shell-jobs.ts';
import type { PaneShells } from './shells/pane-shells.ts';

/** A held pane that no session claims may be one whose command is just being asked for again; after this it goes, ms. */
const UNCLAIMED_GRACE_MS = 20_000;
/** A window follows the name of its program at most this often, ms; tmux uses the same. */
const RENAME_INTERVAL_MS = 500;

export interface PaneSize {
  readonly cols: number;
  readonly rows: number;
  readonly historyLimit: number;
}

export interface PaneLifeParts {
  readonly server: Server;
  readonly holders: Holders;
  readonly engine: PaneEngine;
  readonly pipes: PanePipes;
  readonly jobs: ShellJobs;
  readonly shells: PaneShells;
  readonly store: ModelStore;
  readonly sizes: PaneSizes;
  readonly logs: PaneLogs;
  readonly clients: AttachedClients;
  readonly log: Log;
  changed(): void;
  endServer(): void;
}

/** Panes from their first byte to their last: adopted, watched, ended, and what each change means to the model. */
export class PaneLife {
  readonly #parts: PaneLifeParts;
  /** Panes whose emulation is catching up. */
  readonly #opening = new Map<string, Promise<void>>();
  /** Held panes that no session claims so far. */
  #unclaimed: string[] = [];
  readonly #renamedAt = new WeakMap<Pane, number>();

  constructor(parts: PaneLifeParts) {
    this.#parts = parts;
    parts.engine.changes.on((change) => this.#changed(change));
    parts.holders.lost.on((panes) => this.#settled('panes of a dead holder', this.#lost(panes)));
  }

  /** Emulates a pane whose program the holder has just started, or that shows the last screen of one that has ended. */
  async begin(pane: string, size: PaneSize): Promise<void> {
    const { holders, engine, sizes, logs, clients } = this.#parts;
    sizes.known(pane, size.cols, size.rows);
    const holderSocket = holders.has(pane) ? holders.socket(pane) : undefined;
    const log = logs.settings(pane);
    logs.known(pane, log);
    const opening = engine.open({ pane, holderSocket, ...size, log });
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
   * Takes up the panes that the holders kept while there was no daemon. Resolves when
   * all have caught up; clients may attach before.
   */
  async adopt(held: readonly HeldPane[]): Promise<void> {
    const { server, log } = this.#parts;
    const byUuid = new Map(held.map((pane) => [pane.pane, pane]));
    const adopting: Promise<void>[] = [];
    const lost: Pane[] = [];
    for (const pane of server.panes.values()) {
      const found = byUuid.get(pane.uuid);
      byUuid.delete(pane.uuid);
      if (found) {
        const historyLimit = this.#historyLimit(pane);
        adopting.push(this.begin(pane.uuid, { cols: found.cols, rows: found.rows, historyLimit }));
      } else if (pane.host === '') lost.push(pane);
    }
    await this.#programsLost(lost);
    this.#unclaimed = [...byUuid.keys()];
    setTimeout(() => this.#dropUnclaimed(), UNCLAIMED_GRACE_MS).unref();
    for (const outcome of await Promise.allSettled(adopting))
      if (outcome.status === 'rejected') log(`a pane could not be taken up: ${String(outcome.reason)}`);
    this.#parts.changed();
  }

  /** The pane's modes; keys typed right after a restart wait for the pane to be taken up. */
  async modes(uuid: string): Promise<PaneInfo | undefined> {
    await this.#opening.get(uuid);
    return this.#parts.holders.has(uuid) ? this.#parts.engine.info(uuid) : undefined;
  }

  /** The title that formats show until the program sets another. */
  retitle(uuid: string, title: string): void {
    const pane = this.#parts.server.paneByUuid(uuid);
    if (pane) pane.title = title;
  }

  /** Ends every pane's program: the server ends. */
  async endAll(): Promise<void> {
    const { server, holders, engine } = this.#parts;
    this.#dropUnclaimed();
    for (const pane of server.panes.values()) {
      if (holders.has(pane.uuid)) holders.forget(pane.uuid);
      await engine.close(pane.uuid, { erase: true }).catch(() => {});
    }
  }

  #historyLimit(pane: Pane): number {
    const [session] = this.#parts.server.sessionsWith(pane.window);
    return (session?.options ?? this.#parts.server.globalOptions).number('history-limit');
  }

  #changed(change: PaneChange): void {
    const pane = this.#parts.server.paneByUuid(change.pane);
    if (!pane) return;
    switch (change.kind) {
      case 'info':
        pane.info = change.info;
        break;
      case 'title':
        pane.title = change.title;
        this.#parts.store.saveLazily();
        break;
      case 'bell':
        this.#alert(pane, 'bell');
        break;
      case 'activity':
        this.#alert(pane, 'activity');
        this.#followProgram(pane);
        break;
      case 'cwd':
        pane.currentPath = change.path;
        break;
      case 'clipboard':
        this.#clipboard(change.text);
        break;
      case 'shell':
        this.#parts.shells.reported(pane, change.number, change.report);
        break;
      case 'exited':
        // A dead pane that is taken up again tells of its end again.
        if (!pane.dead) this.#settled(pane.name, this.#exited(pane, change.exit));
        return;
    }
    this.#parts.changed();
  }

  /** What nobody waits for and fails (a full disk, a holder that has gone) is said, and ends nothing else. */
  #settled(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.log(`${what}: ${String(error)}`));
  }

  async #exited(pane: Pane, exit: ExitStatus): Promise<void> {
    const { server, store } = this.#parts;
    const numbers = { source: `exit-${pane.uuid}`, first: 0 };
    const effects = new ExitEffects(this.#effectParts(), numbers, () => store.saved());
    await paneExited({ server, effects }, pane, { ...exit, time: Date.now() });
    await runRaisedHooks(this.#host(numbers.source), numbers.source);
    store.save();
    this.#parts.changed();
  }

  /** Windows that have been silent for too long; asked for each second. */
  checkSilence(): void {
    const op = `silence-${Date.now()}`;
    checkSilence(this.#host(op));
    this.#settled('silence', runRaisedHooks(this.#host(op), op));
  }

  #alert(pane: Pane, alert: Alert): void {
    const op = `alert-${pane.uuid}-${Date.now()}`;
    raiseAlert(this.#host(op), pane, alert);
    this.#settled(pane.name, runRaisedHooks(this.#host(op), op));
  }

  /** A program that sets the clipboard reaches the terminals of whoever looks at its window. */
  #clipboard(text: string): void {
    const { server, clients } = this.#parts;
    if (server.options.text('set-clipboard') !== 'on') return;
    for (const client of server.clients.values()) clients.setClipboard(client, text);
  }

  #followProgram(pane: Pane): void {
    const now = Date.now();
    if (now - (this.#renamedAt.get(pane) ?? 0) < RENAME_INTERVAL_MS) return;
    this.#renamedAt.set(pane, now);
    // The program is asked for at the end of the interval: what runs now may be a shell's fork.
    setTimeout(() => {
      this.#host(`status-${pane.uuid}`)
        .effects.refreshStatus(pane)
        .then(
          () => renameAutomatically(this.#parts.server, pane.window) && this.#parts.store.saveLazily(),
          () => {}, // the pane has gone meanwhile
        )
        .finally(() => this.#parts.changed());
    }, RENAME_INTERVAL_MS).unref();
  }

  /** The holder died under a running daemon. */
  async #lost(panes: readonly string[]): Promise<void> {
    const { server, engine, log } = this.#parts;
    const lost = panes.map((uuid) => server.paneByUuid(uuid)).filter((pane) => pane !== undefined);
    for (const pane of lost)
      await engine
        .close(pane.uuid, { erase: false })
        .catch((error: unknown) => log(`${pane.name}: ${String(error)}`));
    await this.#programsLost(lost);
    this.#parts.changed();
  }

  /** Panes that no holder has: one that was dead already stays as it is. */
  async #programsLost(panes: readonly Pane[]): Promise<void> {
    for (const pane of panes.filter(({ dead }) => dead)) {
      const { uuid, cols, rows } = pane;
      await this.begin(uuid, { cols, rows, historyLimit: this.#historyLimit(pane) });
    }
    const killed = panes.filter(({ dead }) => !dead);
    for (const pane of killed) await this.#programLost(pane);
    if (killed.length > 0) this.#sayRestored();
  }

  #sayRestored(): void {
    const { server } = this.#parts;
    const text =
      'programs were lost with the process that held them: their panes have new shells and their history';
    server.addMessage(text);
    for (const client of server.clients.values())
      showMessage(this.#host(`restored-${client.id}`), client, text, 0);
  }

  /** The pane's program is gone with its holder: its place stays, with a new shell in the same folder, and it says so. */
  async #programLost(pane: Pane): Promise<void> {
    const { server, holders, store, log } = this.#parts;
    const shell = pane.shell || server.facts.shell;
    const op = `restore-${holders.incarnation || Date.now()}-${pane.uuid}`.slice(0, 64);
    const [session] = server.sessionsWith(pane.window);
    pane.restored = true;
    const cwd = existsSync(pane.currentPath) ? pane.currentPath : pane.startPath;
    try {
      const started = await this.#host(op).effects.spawn({
        op,
        pane: pane.uuid,
        argv: [shell],
        arg0: `-${shell.slice(shell.lastIndexOf('/') + 1)}`,
        cwd,
        env: session ? environmentOf(server, session, pane) : {},
        cols: Math.max(1, pane.cols),
        rows: Math.max(1, pane.rows),
        historyLimit: this.#historyLimit(pane),
      });
      Object.assign(pane, { op, pid: started.pid, tty: started.tty });
    } catch (error) {
      log(`pane ${pane.name} lost its program and could not get a shell in ${cwd}: ${String(error)}`);
      await killPane(this.#host(op), pane);
    }
    store.save();
  }

  #dropUnclaimed(): void {
    for (const uuid of this.#unclaimed.splice(0)) {
      if (this.#parts.server.paneByUuid(uuid) || !this.#parts.holders.has(uuid)) continue;
      this.#parts.log(`pane ${uuid} belongs to no session; it is ended`);
      this.#parts.holders.forget(uuid);
    }
  }

  #host(op: string): Host {
    const effects = new CommandEffects(this.#effectParts(), { source: op, first: 0 });
    return { server: this.#parts.server, effects };
  }

  #effectParts(): EffectParts {
    const { holders, engine, pipes, jobs, shells, clients, endServer } = this.#parts;
    return {
      holders,
      engine,
      pipes,
      jobs,
      shells,
      clients,
      endServer,
      begin: (pane, size) => this.begin(pane, size),
      modes: (pane) => this.modes(pane),
      retitle: (pane, title) => this.retitle(pane, title),
    };
  }
}

/** The file forgets a pane before the holder does: a daemon that dies in between would take its program for lost and restore it. */
class ExitEffects extends CommandEffects {
  readonly #saved: () => Promise<void>;

  constructor(parts: EffectParts, numbers: WriteNumbers, saved: () => Promise<void>) {
    super(parts, numbers);
    this.#saved = saved;
  }

  override async kill(pane: string, options: { keep: boolean }): Promise<void> {
    await this.#saved();
    await super.kill(pane, options);
  }
}
