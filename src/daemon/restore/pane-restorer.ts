import type { Log } from '../../base/log.ts';
import type { Effects } from '../../commands/context.ts';
import { showEnd } from '../../commands/lifecycle.ts';
import type { Pane } from '../../model/pane.ts';
import type { Restoration } from '../../model/restoration.ts';
import type { Server } from '../../model/server.ts';
import type { ModelStore } from '../model-store.ts';
import type { PaneSize } from '../pane-sizes.ts';
import type { PromptTypist } from './prompt-typist.ts';
import { planPane, type ShellPlan } from './restore-plan.ts';

/** Shells that start at once beside those that somebody looks at: more would only slow those down. */
const AT_ONCE = 4;
/** Exit status of a pane whose shell could not be started, as a shell has it for a command that is not found. */
const NOT_STARTED = 127;

export interface RestorerParts {
  readonly server: Server;
  readonly store: ModelStore;
  readonly typist: PromptTypist;
  readonly log: Log;
  /** Effects of an operation of the daemon's own. */
  effects(op: string): Effects;
  historyLimit(pane: Pane): number;
  /** Emulates a pane, or shows its last screen where nothing holds it. */
  begin(pane: string, size: PaneSize): Promise<void>;
}

/** Gives panes whose programs are gone a shell in their place, with their screen, history and folder. */
export class PaneRestorer {
  readonly #parts: RestorerParts;
  /** Panes that will have a shell, or be known to have none; what is typed into them waits for that. */
  readonly #coming = new Map<string, { readonly done: Promise<void>; readonly settle: () => void }>();

  constructor(parts: RestorerParts) {
    this.#parts = parts;
  }

  /** Says that these panes will be restored, before the first step of it. */
  announce(panes: readonly Pane[]): void {
    for (const { uuid } of panes) {
      let settle = () => {};
      const done = new Promise<void>((resolve) => {
        settle = resolve;
      });
      if (!this.#coming.has(uuid)) this.#coming.set(uuid, { done, settle });
    }
  }

  /** Resolves when the pane has its shell; undefined for one that is not being restored. */
  arrival(uuid: string): Promise<void> | undefined {
    return this.#coming.get(uuid)?.done;
  }

  /** Those in current windows first, since they are looked at first. @param oldHome home folder of before */
  async restore(panes: readonly Pane[], oldHome: string): Promise<void> {
    this.announce(panes);
    const visible = new Set([...this.#parts.server.sessions.values()].map(({ current }) => current.window));
    const seen = panes.filter((pane) => visible.has(pane.window));
    const queue = panes.filter((pane) => !visible.has(pane.window));
    await Promise.all(seen.map((pane) => this.#one(pane, oldHome)));
    const next = async (): Promise<void> => {
      for (let pane = queue.shift(); pane; pane = queue.shift()) await this.#one(pane, oldHome);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    this.#parts.store.save();
  }

  async #one(pane: Pane, oldHome: string): Promise<void> {
    const { server, log } = this.#parts;
    const plan = planPane(server, pane, oldHome);
    pane.restored = true;
    try {
      if (plan.kind === 'shell') await this.#shell(pane, plan);
      else await this.#showDead(pane);
    } catch (error) {
      log(`pane ${pane.name} could not be restored: ${String(error)}`);
      pane.exit ??= { code: NOT_STARTED, signal: 0, time: server.now() };
      await this.#showDead(pane).catch((failure: unknown) => log(`${pane.name}: ${String(failure)}`));
    } finally {
      this.#coming.get(pane.uuid)?.settle();
      this.#coming.delete(pane.uuid);
    }
  }

  async #shell(pane: Pane, plan: ShellPlan): Promise<void> {
    const { server, typist } = this.#parts;
    const { was, notes, offer, cwd, shell, argv, arg0, env, umask, wish } = plan;
    const restoration: Restoration = { time: server.now(), was, notes, ...(offer && { offer }) };
    // Another one each time: the holder starts a program once for each operation.
    const op = `restore-${server.now().toString(36)}-${pane.uuid}`.slice(0, 64);
    Object.assign(pane, { op, restoration, shell, currentPath: cwd });
    const started = await this.#parts.effects(op).spawn({
      ...{ op, pane: pane.uuid, argv, arg0, cwd, env },
      ...(umask !== undefined && { umask }),
      ...(wish && { shell: wish }),
      ...this.#size(pane),
    });
    Object.assign(pane, { pid: started.pid, tty: started.tty });
    typist.await(pane);
  }

  async #showDead(pane: Pane): Promise<void> {
    const { server, effects, begin } = this.#parts;
    await begin(pane.uuid, this.#size(pane));
    await showEnd({ server, effects: effects(`end-${pane.uuid}`) }, pane);
  }

  #size(pane: Pane): PaneSize {
    const { cols, rows } = pane;
    const historyLimit = this.#parts.historyLimit(pane);
    return { cols: Math.max(1, cols), rows: Math.max(1, rows), historyLimit };
  }
}
