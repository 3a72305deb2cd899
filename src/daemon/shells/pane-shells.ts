import { readFile } from 'node:fs/promises';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { ServerPlace } from '../../base/server-place.ts';
import type { SpawnRequest } from '../../commands/context.ts';
import { type Redaction, redactionOf } from '../../model/environment-redact.ts';
import type { Pane } from '../../model/pane.ts';
import type { Server } from '../../model/server.ts';
import { afterReport } from '../../model/shell-state.ts';
import type { ShellReport } from '../../term/shell-report.ts';
import { EnvironmentStore } from './environment-store.ts';
import { LiveEnvironments } from './live-environments.ts';
import { type ShellStart, ShellStarts } from './shell-starts.ts';

/** The shells of all panes: how they are started, and what they tell. */
export class PaneShells implements Disposable {
  readonly #server: Server;
  readonly #starts: ShellStarts;
  readonly #store: EnvironmentStore;
  readonly #live: LiveEnvironments;
  /** Spawn of the shell that each pane's state is of. */
  readonly #ops = new Map<string, string>();
  #redacted: { readonly key: string; readonly test: Redaction } | undefined;

  constructor(server: Server, place: ServerPlace, log: Log) {
    this.#server = server;
    this.#starts = new ShellStarts(place.runtime, server.facts.programPath);
    this.#store = new EnvironmentStore(place.state, log);
    this.#live = new LiveEnvironments(server, (session) => this.#starts.livePath(session), log);
  }

  /** Finds again what was known of the panes. */
  adopt(): void {
    const panes = [...this.#server.panes.values()];
    this.#starts.keepOnly(new Set(panes.map(({ uuid }) => uuid)));
    for (const pane of panes) {
      const kept = this.#store.load(pane.uuid);
      if (!kept) continue;
      this.#ops.set(pane.uuid, pane.op);
      // Of a shell that was started since, the file knows only what came before it.
      pane.shellState = kept.op === pane.op ? kept.state : { ...kept.state, number: 0 };
    }
  }

  /** How the pane's program is to be started; undefined for one without integration. */
  prepare(request: SpawnRequest): ShellStart | undefined {
    this.#live.reconcile();
    const start = this.#starts.prepare(request);
    const pane = this.#server.paneByUuid(request.pane);
    if (pane && this.#ops.get(pane.uuid) !== request.op) {
      this.#ops.set(pane.uuid, request.op);
      if (start) pane.shellState = pane.shellState && { ...pane.shellState, number: 0, phase: 'starting' };
      else {
        pane.shellState = undefined;
        this.#store.remove(pane.uuid);
      }
    }
    return start;
  }

  reported(pane: Pane, number: number, report: ShellReport): void {
    const time = this.#server.now();
    const state = afterReport(pane.shellState, report, { number, time, redacted: this.#redaction() });
    if (state === pane.shellState) return;
    pane.shellState = state;
    this.#store.save(pane.uuid, { op: this.#ops.get(pane.uuid) ?? pane.op, state });
  }

  /** Made anew only when the option changes: a report's time is a key's delay. */
  #redaction(): Redaction {
    const patterns = this.#server.options.list('environment-redact');
    const key = patterns.join('\n');
    if (this.#redacted?.key !== key) this.#redacted = { key, test: redactionOf(patterns) };
    return this.#redacted.test;
  }

  /** Sessions or what clients brought have changed. */
  reconcile(): void {
    this.#live.reconcile();
  }

  /** Removes what is known of panes that nothing else is kept for either. */
  keepOnly(panes: ReadonlySet<string>): void {
    this.#store.keepOnly(panes);
  }

  forget(uuid: string): void {
    this.#ops.delete(uuid);
    this.#starts.forget(uuid);
    this.#store.remove(uuid);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** The environment with which a program was started, from /proc. @throws when the program has gone */
export async function environmentOfProcess(pid: number): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const entry of (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) variables[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return variables;
}
