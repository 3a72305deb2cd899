import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logRoot } from '../archive/log-folder.ts';
import { fileAudit } from '../auth/audit.ts';
import { AuthorizedKeys } from '../auth/authorized-keys.ts';
import { loadKeyPair } from '../auth/keys.ts';
import { DisposableStack } from '../base/disposable.ts';
import { fileLog, type Log } from '../base/log.ts';
import type { Host, RestoreWish } from '../commands/context.ts';
import { jobsOf } from '../commands/jobs.ts';
import { Server } from '../model/server.ts';
import { ZmqServer } from '../transport/server.ts';
import { AgentService } from './agent/agent-service.ts';
import { AttachedClients } from './clients/attached-clients.ts';
import { ClientEvents, WRITES_PER_EVENT } from './clients/client-events.ts';
import { CommandEffects } from './command-effects.ts';
import { CommandService } from './command-service.ts';
import { readConfiguration } from './configuration.ts';
import { environmentAfterMove, plainEnvironment } from './daemon-environment.ts';
import { argumentsAgain, type DaemonOptions } from './daemon-options.ts';
import { ExecJournal } from './exec/exec-journal.ts';
import { ExecService } from './exec/exec-service.ts';
import { isExec } from './exec/spawn-request.ts';
import { FileService } from './files/file-service.ts';
import { Holders } from './holders.ts';
import { startHousekeeping } from './housekeeping.ts';
import { MessageRouter } from './message-router.ts';
import { ModelStore } from './model-store.ts';
import { oncePerTurn } from './once-per-turn.ts';
import { PaneChanges } from './pane-changes.ts';
import { PaneLife } from './pane-life.ts';
import { PaneLogs } from './pane-logs.ts';
import { PanePipes } from './pane-pipes.ts';
import { type PaneSize, PaneSizes } from './pane-sizes.ts';
import { WorkerPaneEngine } from './panes/engine.ts';
import { Popups } from './popups.ts';
import { PortalGuardian } from './portal-guardian.ts';
import { describeMove, presentOrigin } from './restore/origin.ts';
import { RestoreService } from './restore/restore-service.ts';
import { serverFacts } from './server-facts.ts';
import { ShellJobs } from './shell-jobs.ts';
import { PaneShells } from './shells/pane-shells.ts';
import { shutDown } from './shutdown.ts';
import { takeUp } from './take-up.ts';

/**
 * zmxd: puts the parts together and starts them in an order in which each can rely on
 * the ones before. It is crash-only: what must outlive it is in the holder, in the
 * store's one file and in the panes' checkpoints, so that ending it by SIGKILL and
 * ending it politely differ only in how soon it comes back.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #log: Log;
  readonly #stack = new DisposableStack();
  #ending: Promise<void> | undefined;
  #setEnded!: () => void;
  /** Resolves when the daemon has ended, for whatever reason. */
  readonly ended: Promise<void> = new Promise((resolve) => {
    this.#setEnded = resolve;
  });
  #started: Promise<void> = Promise.resolve();
  #end!: (options: { quit: boolean }) => Promise<void>;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#log = fileLog(join(options.place.state, 'zmxd.log'), 'zmxd');
  }

  /** Resolves when clients can connect. The place must be prepared and locked. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    daemon.#started = daemon.#start();
    await daemon.#started;
    return daemon;
  }

  /**
   * Ends the daemon on purpose. `quit`: with all that it runs; otherwise the holder keeps everything for the next one.
   * Clients, and the configuration, may ask for it while it is still starting: then it ends when it has.
   */
  stop(options: { quit: boolean }): Promise<void> {
    this.#ending ??= this.#started.then(() => this.#end(options)).finally(this.#setEnded);
    return this.#ending;
  }

  async #start(): Promise<void> {
    const { place } = this.#options;
    const log = this.#log;
    const store = new ModelStore(place.state, log);
    const facts = serverFacts(this.#options);
    const remembered = store.load(facts);
    const before = remembered?.server;
    const holders = new Holders(place, log);
    const held = await holders.open();
    holders.respawn(
      [process.execPath, ...process.execArgv, ...argumentsAgain(process.argv.slice(1))],
      '/',
      plainEnvironment(),
    );
    const server = before ?? new Server(facts);
    store.attachServer(server, () => holders.incarnation);

    const recoveryFolder = join(place.state, 'recovery');
    const moved = remembered?.origin && describeMove(remembered.origin, presentOrigin(facts));
    if (moved) server.environment = environmentAfterMove(server.environment, facts.env);
    const engine = new WorkerPaneEngine(recoveryFolder, log, logRoot(place.state));
    const logs = this.#stack.use(new PaneLogs({ server, engine, stateFolder: place.state, log }));
    const sizes = new PaneSizes(server, holders, engine);
    const pipes = new PanePipes(holders, (uuid) => {
      const pane = server.paneByUuid(uuid);
      if (pane) pane.pipe = undefined;
    });
    const jobs = new ShellJobs(holders, () => store.saved());
    const shells = this.#stack.use(new PaneShells(server, place, log));
    const changed = oncePerTurn(() => {
      sizes.reconcile();
      popups.reconcile();
      logs.reconcile();
      events.watchExpiries();
      agents.reconcile();
      shells.reconcile();
      clients.update();
    });
    const endServer = () => void this.stop({ quit: true });
    // Also in the middle of a list that waits: what it has done so far is shown.
    server.runs.settled.on(changed);
    const { hop, execPoint } = this.#options;
    const clients: AttachedClients = new AttachedClients({
      hop,
      server,
      engine,
      store,
      // The last event may have more writes than the holder has seen: it is handled again, and each write is taken once.
      seenByHolders: (client) => Math.floor((held.sources.get(client) ?? 0) / WRITES_PER_EVENT) - 1,
      handle: (link, event) => events.handle(link, event),
      left: (client) => void commands.left(client),
      job: (command) => statusJob(command),
      changed,
    });
    const agents = this.#stack.use(
      new AgentService({ server, peerOf: (client) => clients.peerOf(client), log }),
    );
    const hostOf = (op: string): Host => ({
      server,
      effects: new CommandEffects(effects, { source: op, first: 0 }),
    });
    const life = new PaneLife({
      ...{ server, holders, engine, shells, store, sizes, logs, clients, log, hostOf, changed },
    });
    const restores = new RestoreService({
      ...{ server, snapshots: store.snapshots },
      restorePanes: (panes, oldHome) => life.restore(panes, oldHome),
    });
    const effects = {
      holders,
      engine,
      outputs: store.outputs,
      pipes,
      jobs,
      shells,
      clients,
      begin: (pane: string, size: PaneSize) => life.begin(pane, size),
      modes: (pane: string) => life.modes(pane),
      arrival: (pane: string) => life.arrival(pane),
      retitle: (pane: string, title: string) => life.retitle(pane, title),
      restore: (wish: RestoreWish) => restores.run(wish),
      typedInto: (pane: string) => life.typedInto(pane),
      endServer,
    };
    const paneChanges = new PaneChanges({
      ...{ ...effects, server, store, sizes, log, hostOf, changed },
      shown: (pane) => life.shown(pane),
    });
    const statusJob = jobsOf(hostOf('jobs'));
    let setAdopted!: () => void;
    const adopted = new Promise<void>((resolve) => {
      setAdopted = resolve;
    });
    const commands = new CommandService({ ...effects, server, store, adopted, changed });
    const events: ClientEvents = new ClientEvents({ ...effects, hop, server, store, changed });
    const files = new FileService({ folder: join(place.state, 'files'), log });
    const exec = new ExecService({
      holders,
      journal: this.#stack.use(new ExecJournal(join(place.state, 'exec.journal'))),
      portalsFile: join(place.state, 'portals.json'),
      files,
      point: execPoint,
      env: plainEnvironment(),
      scratchFolder: tmpdir(),
      log,
    });
    exec.adopt(held.panes.filter(isExec));
    const popups: Popups = new Popups({
      server,
      engine,
      sizes,
      host: hostOf,
      begin: effects.begin,
      changed,
    });
    const guardian = new PortalGuardian(holders, place.config, join(place.state, 'guards'), log);
    guardian.adopt(held.guards);

    const transport = new ZmqServer({
      holder: () => holders.incarnation || undefined,
      version: facts.version,
      keys: loadKeyPair(place.config),
      authorized: new AuthorizedKeys(place.config),
      audit: fileAudit(join(place.state, 'audit.log'), log),
      log,
    });
    const router = new MessageRouter({
      server,
      engine,
      clients,
      commands,
      exec,
      files,
      guardian,
      agents,
      transport,
    });
    this.#stack.use(router);
    this.#stack.use(exec);
    this.#stack.use(transport);
    engine.frames.on((frame) => clients.frame(frame));

    void takeUp(
      { server, store, holders, pipes, jobs, commands, agents, shells, popups, life },
      { held: held.panes, remembered, moved },
    ).finally(setAdopted);
    if (!before) await readConfiguration(commands, server, this.#options.configFiles);
    await transport.bindIpc(place.socket);
    for (const { address, port } of this.#options.listen) {
      const bound = await transport.bindTcp(address, port);
      log(`listening on ${address}:${bound}`);
    }
    this.#stack.use(
      startHousekeeping({
        ...{ server, store, clients, commands, jobs, shells, paneChanges, recoveryFolder, hostOf, changed },
        held: held.panes,
      }),
    );
    log(`ready; ${held.panes.length} panes held, ${server.sessions.size} sessions`);

    this.#end = (how) =>
      shutDown(
        {
          ...{ server, store, holders, engine, clients, commands, jobs, life, popups, files, router },
          ...{ opened: this.#stack, adopted, socket: place.socket, log },
        },
        how,
      );
  }
}
