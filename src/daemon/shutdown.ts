import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { Server } from '../model/server.ts';
import type { AttachedClients } from './clients/attached-clients.ts';
import type { CommandService } from './command-service.ts';
import type { FileService } from './files/file-service.ts';
import type { Holders } from './holders.ts';
import type { MessageRouter } from './message-router.ts';
import type { ModelStore } from './model-store.ts';
import type { PaneLife } from './pane-life.ts';
import type { PaneEngine } from './panes/pane-engine.ts';
import type { Popups } from './popups.ts';
import type { ShellJobs } from './shell-jobs.ts';

/** Clients have this long to take what they are still owed when the daemon ends, ms. */
const LAST_WORDS_MS = 2_000;
/** What has not ended by then keeps a server that is told to end no longer, ms: its holder ends what is left. */
const END_PATIENCE_MS = 10_000;

export interface ShutdownParts {
  readonly server: Server;
  readonly store: ModelStore;
  readonly holders: Holders;
  readonly engine: PaneEngine;
  readonly clients: AttachedClients;
  readonly commands: CommandService;
  readonly jobs: ShellJobs;
  readonly life: PaneLife;
  readonly popups: Popups;
  readonly files: FileService;
  readonly router: MessageRouter;
  /** Everything else that was opened. */
  readonly opened: Disposable;
  /** The panes of before this daemon have been taken up. */
  readonly adopted: Promise<void>;
  /** Where clients connect. */
  readonly socket: string;
  readonly log: Log;
}

/** Ends a daemon on purpose. `quit`: with all that it runs; otherwise the holders keep everything for the next one. */
export async function shutDown(parts: ShutdownParts, { quit }: { quit: boolean }): Promise<void> {
  const { server, store, holders, engine, clients, commands, jobs, life, popups, router, log } = parts;
  const patiently = async (what: string, work: Promise<unknown>): Promise<void> => {
    const late = sleep(END_PATIENCE_MS, 'late' as const, { ref: false });
    if ((await Promise.race([work, late])) === 'late') log(`${what}: not done in time, the server ends`);
  };
  if (quit) {
    await patiently('panes of before', parts.adopted);
    // Whoever comes now gets a new daemon, which waits for this one's lock.
    rmSync(parts.socket, { force: true });
    jobs.endAll();
    await Promise.race([commands.idle(), sleep(LAST_WORDS_MS)]);
    store.erase();
  } else {
    await parts.adopted;
    await Promise.race([store.saveLast(), sleep(LAST_WORDS_MS)]);
  }
  for (const client of [...server.clients.values()]) {
    if (quit) clients.detached(client, 'server-exited', '');
  }
  if (quit) await patiently('panes', Promise.all([life.endAll(), popups.endAll()]));
  else await engine.checkpointAll();
  await holders.close({ quit });
  await router.drained(LAST_WORDS_MS);
  parts.opened.dispose();
  await parts.files.dispose();
  await engine.dispose();
  log(quit ? 'ended with its sessions' : 'ended; the holder keeps the panes');
}
