import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logRoot } from '../archive/log-folder.ts';
import { fileAudit } from '../auth/audit.ts';
import { AuthorizedKeys } from '../auth/authorized-keys.ts';
import { loadKeyPair } from '../auth/keys.ts';
import { DisposableStack } from '../base/disposable.ts';
import { fileLog, type Log } from '../base/log.ts';
import type { RestoreWish } from '../commands/context.ts';
import { jobsOf } from '../commands/jobs.ts';
import { lockIdle } from '../commands/lock.ts';
import type { HeldPane } from '../holder/wire.ts';
import { Environment } from '../model/environment.ts';
import { localTime } from '../model/restoration.ts';
import { Server } from '../model/server.ts';
import type { Session } from '../model/session.ts';
import { ZmqServer } from '../transport/server.ts';
import { AgentService } from './agent/agent-service.ts';
import { claimHeld } from './claim-held.ts';
import { AttachedClients } from './clients/attached-clients.ts';
import { ClientEvents, WRITES_PER_EVENT } from './clients/client-events.ts';
import { CommandEffects } from './command-effects.ts';
import { CommandService } from './command-service.ts';
import { readConfiguration } from './configuration.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { ExecJournal } from './exec/exec-journal.ts';
import { ExecService } from './exec/exec-service.ts';
import { FileService } from './files/file-service.ts';
import { Holders } from './holders.ts';
import { MessageRouter } from './message-router.ts';
import { ModelStore, type Remembered } from './model-store.ts';
import { PaneLife, type PaneSize } from './pane-life.ts';
import { PaneLogs } from './pane-logs.ts';
import { isPipe, PanePipes } from './pane-pipes.ts';
import { PaneSizes } from './pane-sizes.ts';
import { WorkerPaneEngine } from './panes/engine.ts';
import { eraseRecoveryExcept } from './panes/pane-recovery.ts';
import { Popups } from './popups.ts';
import { PortalGuardian } from './portal-guardian.ts';
import { describeMove, presentOrigin } from './restore/origin.ts';
import { RestoreService } from './restore/restore-service.ts';
import { serverFacts } from './server-facts.ts';
import { ShellJobs } from './shell-jobs.ts';
import { PaneShells } from './shells/pane-shells.ts';

/** After a restart, clients have this long to come back before their sizes count no more, ms. */
const RETURN_GRACE_MS = 30_000;
/** Clients have this long to take what they are still owed when the daemon ends, ms. */
const LAST_WORDS_MS = 2_000;
/** What nothing names any more is removed when clients that come back have been served, ms. */
const HOUSEKEEPING_DELAY_MS = 10_000;
/** Status lines with a clock are looked at this often, ms; what has not changed is not sent. */
const STATUS_TICK_MS = 1_000;

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
  #end!: (options: { quit: boolean }) => Promise<void>;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#log = fileLog(join(options.place.state, 'zmxd.log'), 'zmxd');
  }

  /** Resolves when clients can connect. The place must be prepared and locked. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    await daemon.#start();
    return daemon;
  }

  /** Ends the daemon on purpose. `quit`: with all that it runs; otherwise the holder keeps everything for the next one. */
  stop(options: { quit: boolean }): Promise<void> {
    this.#ending ??= this.#end(options).finally(this.#setEnded);
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
      [
        process.execPath,
        ...process.execArgv,
        ...process.argv.slice(1).filter((word) => word !== '--replace'),
      ],
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
    const sizes = new PaneSizes(server, holders);
    const pipes = new PanePipes(holders, (uuid) => {
      const pane = server.paneByUuid(uuid);
      if (pane) pane.pipe = undefined;
    });
    const jobs = new ShellJobs(holders, () => store.saved());
    const shells = this.#stack.use(new PaneShells(server, place, log));
    let scheduled = false;
    const changed = () => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        sizes.reconcile();
        popups.reconcile();
        logs.reconcile();
        events.watchExpiries();
        agents.reconcile();
        shells.reconcile();
        clients.update();
      });
    };
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
    const life = new PaneLife({
      server,
      holders,
      engine,
      pipes,
      jobs,
      shells,
      store,
      sizes,
      logs,
      clients,
      log,
      changed,
      restore: (wish) => restores.run(wish),
      endServer,
    });
    const restores = new RestoreService({
      ...{ server, snapshots: store.snapshots },
      restorePanes: (panes, oldHome) => life.restore(panes, oldHome),
    });
    const effects = {
      holders,
      engine,
      pipes,
      jobs,
      shells,
      clients,
      begin: (pane: string, size: PaneSize) => life.begin(pane, size),
      modes: (pane: string) => life.modes(pane),
      retitle: (pane: string, title: string) => life.retitle(pane, title),
      restore: (wish: RestoreWish) => restores.run(wish),
      typedInto: (pane: string) => life.typedInto(pane),
      endServer,
    };
    const statusJob = jobsOf({ server, effects: new CommandEffects(effects, { source: 'jobs', first: 0 }) });
    let setAdopted!: () => void;
    const adopted = new Promise<void>((resolve) => {
      setAdopted = resolve;
    });
    const commands = new CommandService({ ...effects, server, store, adopted, changed });
    const events: ClientEvents = new ClientEvents({ ...effects, hop, server, store, changed });
    const files = new FileService({ folder: join(place.state, 'files'), log });
    const exec = new ExecService({
      holders,
      journal: new ExecJournal(join(place.state, 'exec.journal')),
      portalsFile: join(place.state, 'portals.json'),
      files,
      point: execPoint,
      env: plainEnvironment(),
      scratchFolder: tmpdir(),
      log,
    });
    exec.adopt(held.panes.filter(isExec));
    const hostOf = (op: string) => ({
      server,
      effects: new CommandEffects(effects, { source: op, first: 0 }),
    });
    const popups: Popups = new Popups({
      server,
      engine,
      sizes,
      host: hostOf,
      begin: effects.begin,
      changed,
    });
    const guardian = new PortalGuardian(holders, place.config, log);
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

    const panes = held.panes.filter((pane) => pane.kind === 'pty' && !isExec(pane));
    const children = held.panes.filter((pane) => pane.kind === 'pipe' && !isExec(pane));
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
    void life.adopt(popups.adopt(panes), remembered?.origin?.home ?? facts.home).finally(setAdopted);
    if (remembered?.holder !== holders.incarnation) commands.giveUp();
    commands.resume(() => false);
    if (!before) await readConfiguration(commands, server, this.#options.configFiles);
    await transport.bindIpc(place.socket);
    for (const { address, port } of this.#options.listen) {
      const bound = await transport.bindTcp(address, port);
      log(`listening on ${address}:${bound}`);
    }
    const locked = new WeakMap<Session, number>();
    const tick = setInterval(() => {
      life.checkSilence();
      lockIdle(hostOf('lock'), locked);
      if (clients.count > 0) changed();
    }, STATUS_TICK_MS);
    this.#stack.defer(() => clearInterval(tick));
    const missing = setTimeout(() => {
      clients.dropMissing();
      commands.resume((client) => !server.clients.has(client));
      jobs.settle();
    }, RETURN_GRACE_MS);
    this.#stack.defer(() => clearTimeout(missing));
    const housekeeping = setTimeout(() => {
      const needed = panesNamed(store, server, held.panes);
      if (!needed) return;
      eraseRecoveryExcept(recoveryFolder, needed);
      shells.keepOnly(needed);
    }, HOUSEKEEPING_DELAY_MS);
    this.#stack.defer(() => clearTimeout(housekeeping));
    log(`ready; ${held.panes.length} panes held, ${server.sessions.size} sessions`);

    this.#end = async ({ quit }) => {
      await adopted;
      if (quit) {
        // Whoever comes now gets a new daemon, which waits for this one's lock.
        rmSync(place.socket, { force: true });
        jobs.endAll();
        await Promise.race([commands.idle(), sleep(LAST_WORDS_MS)]);
        store.erase();
      } else await Promise.race([store.saveLast(), sleep(LAST_WORDS_MS)]);
      for (const client of [...server.clients.values()]) {
        if (quit) clients.detached(client, 'server-exited', '');
      }
      if (quit) await Promise.all([life.endAll(), popups.endAll()]);
      else await engine.checkpointAll();
      await holders.close({ quit });
      await router.drained(LAST_WORDS_MS);
      this.#stack.dispose();
      await files.dispose();
      await engine.dispose();
      log(quit ? 'ended with its sessions' : 'ended; the holder keeps the panes');
    };
  }
}

/** Sessions that are not those of a moment ago are said to be. */
function describeRemembered(remembered: Remembered | undefined, moved: string | undefined): string[] {
  if (!remembered?.fromSnapshot) return [];
  return [`the sessions are those of ${localTime(remembered.time, true)}${moved ? `, ${moved}` : ''}`];
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

/** What the daemon has from this life of the machine counts; what only the sessions had stays. */
function environmentAfterMove(
  before: Environment,
  now: Readonly<Record<string, string | undefined>>,
): Environment {
  const merged = new Environment(before.data());
  for (const [name, value] of Object.entries(now)) if (value !== undefined) merged.set(name, value);
  return merged;
}

function isExec(pane: HeldPane): boolean {
  return pane.meta.includes('"exec":true');
}

/** The daemon's own environment without what belongs to the pane or command that happened to start it. */
export function plainEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !/^ZMX(_PANE)?$/.test(name)) env[name] = value;
  return env;
}
