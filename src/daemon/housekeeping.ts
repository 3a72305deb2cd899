import { type Disposable, DisposableStack } from '../base/disposable.ts';
import type { Host } from '../commands/context.ts';
import { lockIdle } from '../commands/lock.ts';
import type { HeldPane } from '../holder/wire.ts';
import type { Server } from '../model/server.ts';
import type { Session } from '../model/session.ts';
import type { AttachedClients } from './clients/attached-clients.ts';
import type { CommandService } from './command-service.ts';
import type { ModelStore } from './model-store.ts';
import type { PaneChanges } from './pane-changes.ts';
import { eraseRecoveryExcept } from './panes/pane-recovery.ts';
import type { ShellJobs } from './shell-jobs.ts';
import type { PaneShells } from './shells/pane-shells.ts';

/** After a restart, clients have this long to come back before their sizes count no more, ms. */
const RETURN_GRACE_MS = 30_000;
/** What nothing names any more is removed when clients that come back have been served, ms. */
const ERASE_DELAY_MS = 10_000;
/** Status lines with a clock are looked at this often, ms; what has not changed is not sent. */
const STATUS_TICK_MS = 1_000;

export interface HousekeepingParts {
  readonly server: Server;
  readonly store: ModelStore;
  readonly clients: AttachedClients;
  readonly commands: CommandService;
  readonly jobs: ShellJobs;
  readonly shells: PaneShells;
  readonly paneChanges: PaneChanges;
  readonly recoveryFolder: string;
  /** What the holders had when the daemon began. */
  readonly held: readonly HeldPane[];
  hostOf(op: string): Host;
  changed(): void;
}

/** What is done by the clock alone: each second, and once some time after the start. */
export function startHousekeeping(parts: HousekeepingParts): Disposable {
  const { server, clients, commands, jobs, paneChanges, hostOf, changed } = parts;
  const stack = new DisposableStack();
  const locked = new WeakMap<Session, number>();
  const tick = setInterval(() => {
    paneChanges.checkSilence();
    lockIdle(hostOf('lock'), locked);
    if (clients.count > 0) changed();
  }, STATUS_TICK_MS);
  stack.defer(() => clearInterval(tick));
  const missing = setTimeout(() => {
    clients.dropMissing();
    commands.resume((client) => !server.clients.has(client));
    jobs.settle();
  }, RETURN_GRACE_MS);
  stack.defer(() => clearTimeout(missing));
  const erasing = setTimeout(() => eraseUnnamed(parts), ERASE_DELAY_MS);
  stack.defer(() => clearTimeout(erasing));
  return stack;
}

function eraseUnnamed({ store, server, held, recoveryFolder, shells }: HousekeepingParts): void {
  const needed = panesNamed(store, server, held);
  if (!needed) return;
  eraseRecoveryExcept(recoveryFolder, needed);
  shells.keepOnly(needed);
}

/** The panes that anything is kept for; undefined where a damaged state may have named more: then everything stays. */
function panesNamed(store: ModelStore, server: Server, held: readonly HeldPane[]): Set<string> | undefined {
  let whole = store.damage.length === 0;
  const kept = store.snapshots.list(() => {
    whole = false;
  });
  if (!whole) return undefined;
  const named = kept.flatMap(({ model }) => model.windows.flatMap(({ panes }) => panes));
  const needed = [...named, ...server.panes.values()].map(({ uuid }) => uuid);
  return new Set([...needed, ...held.map(({ pane }) => pane)]);
}
