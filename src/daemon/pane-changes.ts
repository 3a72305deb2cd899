import type { Log } from '../base/log.ts';
import { type Alert, checkSilence, raiseAlert } from '../commands/alerts.ts';
import type { Host } from '../commands/context.ts';
import { paneExited, showEnd } from '../commands/lifecycle.ts';
import { runRaisedHooks } from '../commands/run.ts';
import type { ExitStatus } from '../holder/wire.ts';
import { renameAutomatically } from '../model/automatic-rename.ts';
import type { Pane } from '../model/pane.ts';
import type { Server } from '../model/server.ts';
import { CommandEffects, type EffectParts, type WriteNumbers } from './command-effects.ts';
import type { ModelStore } from './model-store.ts';
import type { PaneSizes } from './pane-sizes.ts';
import type { PaneChange } from './panes/pane-engine.ts';
import { sameForeground } from './restore/foreground.ts';

/** A window follows the name of its program at most this often, ms; tmux uses the same. */
const RENAME_INTERVAL_MS = 500;

export interface PaneChangesParts extends EffectParts {
  readonly server: Server;
  readonly store: ModelStore;
  readonly sizes: PaneSizes;
  readonly log: Log;
  hostOf(op: string): Host;
  /** The pane's screen or modes are others than before. */
  shown(pane: Pane): void;
  changed(): void;
}

/** What each change of a pane, told by its emulation, means to the model and to whoever looks at it. */
export class PaneChanges {
  readonly #parts: PaneChangesParts;
  readonly #renamedAt = new WeakMap<Pane, number>();

  constructor(parts: PaneChangesParts) {
    this.#parts = parts;
    parts.engine.changes.on((change) => this.#changed(change));
  }

  /** Windows that have been silent for too long; asked for each second. */
  checkSilence(): void {
    const op = `silence-${Date.now()}`;
    checkSilence(this.#parts.hostOf(op));
    this.#settled('silence', runRaisedHooks(this.#parts.hostOf(op), op));
  }

  #changed(change: PaneChange): void {
    const pane = this.#parts.server.paneByUuid(change.pane);
    if (!pane) return;
    switch (change.kind) {
      case 'info':
        pane.info = change.info;
        this.#parts.shown(pane);
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
        this.#settled(pane.name, this.#exited(pane, change.exit));
        return;
    }
    this.#parts.changed();
  }

  /** What nobody waits for and fails (a full disk, a holder that has gone) is said, and ends nothing else. */
  #settled(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.log(`${what}: ${String(error)}`));
  }

  async #exited(pane: Pane, exit: ExitStatus): Promise<void> {
    const { server, store, sizes } = this.#parts;
    sizes.forget(pane.uuid);
    // A dead pane that is taken up again tells of its end again; the daemon may have died before it was shown.
    if (pane.dead) {
      this.#parts.changed();
      return showEnd(this.#parts.hostOf(`end-${pane.uuid}`), pane);
    }
    const numbers = { source: `exit-${pane.uuid}`, first: 0 };
    const effects = new ExitEffects(this.#parts, numbers, () => store.saved());
    await paneExited({ server, effects }, pane, { ...exit, time: Date.now() });
    await runRaisedHooks(this.#parts.hostOf(numbers.source), numbers.source);
    store.save();
    this.#parts.changed();
  }

  #alert(pane: Pane, alert: Alert): void {
    const op = `alert-${pane.uuid}-${Date.now()}`;
    raiseAlert(this.#parts.hostOf(op), pane, alert);
    this.#settled(pane.name, runRaisedHooks(this.#parts.hostOf(op), op));
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
      const before = pane.foreground;
      this.#parts
        .hostOf(`status-${pane.uuid}`)
        .effects.refreshStatus(pane)
        .then(
          () => {
            const renamed = renameAutomatically(this.#parts.server, pane.window);
            if (renamed || !sameForeground(before, pane.foreground)) this.#parts.store.saveLazily();
          },
          () => {}, // the pane has gone meanwhile
        )
        .finally(() => this.#parts.changed());
    }, RENAME_INTERVAL_MS).unref();
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
