import type { HeldPane } from '../holder/wire.ts';
import { localTime } from '../model/restoration.ts';
import type { Server } from '../model/server.ts';
import type { AgentService } from './agent/agent-service.ts';
import { claimHeld } from './claim-held.ts';
import type { CommandService } from './command-service.ts';
import { isExec } from './exec/spawn-request.ts';
import type { Holders } from './holders.ts';
import type { ModelStore, Remembered } from './model-store.ts';
import type { PaneLife } from './pane-life.ts';
import { isPipe, type PanePipes } from './pane-pipes.ts';
import type { Popups } from './popups.ts';
import type { ShellJobs } from './shell-jobs.ts';
import type { PaneShells } from './shells/pane-shells.ts';

export interface TakeUpParts {
  readonly server: Server;
  readonly store: ModelStore;
  readonly holders: Holders;
  readonly pipes: PanePipes;
  readonly jobs: ShellJobs;
  readonly commands: CommandService;
  readonly agents: AgentService;
  readonly shells: PaneShells;
  readonly popups: Popups;
  readonly life: PaneLife;
}

/** What there was of the daemon before. */
export interface Inheritance {
  /** What the holders kept running. */
  readonly held: readonly HeldPane[];
  readonly remembered: Remembered | undefined;
  /** How this machine is another than that of the sessions; undefined where it is the same. */
  readonly moved: string | undefined;
}

/**
 * Goes on where the daemon before ended: joins what the holders kept running to the
 * sessions that were remembered, and to the commands that were under way. Resolves when
 * all panes have caught up.
 */
export function takeUp(parts: TakeUpParts, { held, remembered, moved }: Inheritance): Promise<void> {
  const { server, store, holders, pipes, jobs, commands, agents, shells, popups, life } = parts;
  const panes = held.filter((pane) => pane.kind === 'pty' && !isExec(pane));
  const children = held.filter((pane) => pane.kind === 'pipe' && !isExec(pane));
  const withPipe = [...server.panes.values()].filter((pane) => pane.pipe);
  pipes.adopt(
    children.filter(isPipe),
    withPipe.map(({ uuid }) => uuid),
  );
  jobs.adopt(children.filter((child) => !isPipe(child)));
  if (store.damage.length > 0 || remembered?.fromSnapshot) claimHeld(server, panes);
  for (const line of [...store.damage, ...describeRemembered(remembered, moved)]) commands.tell(line);
  agents.reconcile();
  shells.adopt();
  const adopted = life.adopt(popups.adopt(panes), remembered?.origin?.home ?? server.facts.home);
  if (remembered?.holder !== holders.incarnation) commands.giveUp();
  commands.resume(() => false);
  return adopted;
}

/** Sessions that are not those of a moment ago are said to be. */
function describeRemembered(remembered: Remembered | undefined, moved: string | undefined): string[] {
  if (!remembered?.fromSnapshot) return [];
  return [`the sessions are those of ${localTime(remembered.time, true)}${moved ? `, ${moved}` : ''}`];
}
