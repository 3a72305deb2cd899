import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { nanoid } from 'nanoid';
import { endNamespace, mountNamespace } from '../base/end-processes.ts';
import type { Log } from '../base/log.ts';
import { removeMountPoints } from '../base/mount-points.ts';
import { RemoteCommands } from '../client/remote-commands.ts';
import { ZmxError } from '../protocol/errors.ts';
import { PORTAL_END } from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';
import type { AgentProfile } from './agents/profile.ts';
import { profileOf } from './agents/profiles.ts';
import { checkBorders } from './borders.ts';
import { Broker } from './exec/broker.ts';
import { isOnPath, realProgram } from './exec/local-programs.ts';
import { isShared } from './exec/rules.ts';
import { makeShimFiles, type ShimFiles } from './exec/shim-files.ts';
import { type HostSide, openHostSide } from './host-side.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import { describeLinks, findOutsideLinks, protectedTargets } from './outside-links.ts';
import type { PortalGuard } from './portal-guard.ts';
import { ShownFolder } from './shown-folder.ts';

/** How long the remote may take to end a portal; after that its guardian goes on trying. ms. */
const END_PATIENCE_MS = 3000;

export interface PortalOptions {
  /** To the host's daemon; belongs to the caller. */
  readonly connection: Connection;
  readonly guard: PortalGuard;
  /** Project on the host; '' for the home folder. */
  readonly path: string;
  /** Where it is shown, if not at the same path. */
  readonly at: string | undefined;
  /** Further folders of the host that are shown at their own paths. */
  readonly also: readonly string[];
  /** Program and arguments; empty for the user's shell. */
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Short, since a socket is in it; and where data and rescue files have room. */
  readonly runtimeFolder: string;
  readonly stateFolder: string;
  readonly settings: PortalSettings;
  /** A line for the user. */
  readonly notice: (line: string) => void;
  readonly log: Log;
}

export interface PortalSettings {
  /** How long calls and commands wait for a lost host, ms. */
  readonly timeoutMs: number;
  readonly orphanTimeoutMs: number;
  /** Patterns of commands that run here, and on the host, whatever the rules say. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
}

/**
 * One agent with its files and commands on a host: puts the parts together, and takes
 * them apart in every way that it can end. What kills this process itself is its
 * guardian's business (src/daemon/portal-guardian.ts).
 */
export class Portal {
  readonly #options: PortalOptions;
  readonly #id = nanoid();
  readonly #profile: AgentProfile;
  readonly #cleanUps: (() => Promise<void> | void)[] = [];
  readonly #folders: ShownFolder[] = [];
  #namespace: Namespace | undefined;

  constructor(options: PortalOptions) {
    this.#options = options;
    this.#profile = profileOf(options.program[0] ?? '');
  }

  /**
   * Runs the program to its end; resolves with its exit status, as a shell has it.
   * @throws ZmxError with the remedy where the portal cannot be opened.
   */
  async run(): Promise<number> {
    try {
      await this.#open();
      return await this.#follow();
    } finally {
      for (const cleanUp of this.#cleanUps.reverse()) {
        try {
          await cleanUp();
        } catch (error) {
          this.#options.log(`while ending: ${String(error)}`);
        }
      }
    }
  }

  async #open(): Promise<void> {
    const { connection, guard, runtimeFolder, stateFolder, settings, notice } = this.#options;
    mkdirSync(runtimeFolder, { recursive: true, mode: 0o700 });
    const own = mkdtempSync(join(runtimeFolder, 'p-'));
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    const spoolFolder = mkdtempSync(join(stateFolder, 'spool-'));
    const ownFolders = [own, spoolFolder];
    this.#cleanUps.push(() => {
      for (const folder of ownFolders) rmSync(folder, { recursive: true, force: true });
    });
    await guard.begin({ portal: this.#id, namespace: '', folders: ownFolders, mountPoints: [] });
    this.#cleanUps.push(() => this.#endThere());

    const host = await openHostSide(connection, this.#id, settings.orphanTimeoutMs);
    const [project] = await this.#openFolders(host);
    const socketPath = join(own, 'sock');
    const path = this.#options.env.PATH ?? '';
    const shims = makeShimFiles({
      folder: own,
      socketPath,
      remotePrograms: host.programs,
      here: (name) => isOnPath(name, path),
      shadowed: this.#profile.shadowed.map((file) => join(this.#options.env.HOME ?? '/', file)),
    });
    const { env, argv } = this.#program(host, project!, shims);
    await this.#listen(host, project!, shims, socketPath, env);
    const namespace = await openNamespace({
      mountPoints: this.#folders.map(({ at }) => at),
      program: argv[0]!,
      args: argv.slice(1),
      env,
      cwd: project!.at,
      stdio: ['inherit', 'inherit', 'inherit'],
      binds: shims.binds,
      readOnly: await this.#protect(project!),
    });
    this.#namespace = namespace;
    this.#cleanUps.push(() => removeMountPoints(namespace.made));
    const inode = mountNamespace(namespace.process.pid!);
    this.#cleanUps.push(() => endNamespace(inode));
    await guard.begin({
      portal: this.#id,
      namespace: inode,
      folders: ownFolders,
      mountPoints: [...namespace.made],
    });
    const serving = {
      shim: shims.shim,
      spoolFolder,
      rescueFolder: join(stateFolder, 'rescue'),
      notice,
      timeoutMs: settings.timeoutMs,
    };
    await Promise.all(this.#folders.map((folder, index) => folder.serve(namespace.devices[index]!, serving)));
    void project!.readAhead();
  }

  /** The project, the scratch folder and those of --also. */
  async #openFolders(host: HostSide): Promise<readonly ShownFolder[]> {
    const { connection, path, at, also, program, env } = this.#options;
    const opened = await Promise.allSettled([
      ShownFolder.open(connection, path || host.home, at, true),
      ...[host.scratch, ...also].map((folder) => ShownFolder.open(connection, folder, folder, false)),
    ]);
    for (const outcome of opened) if (outcome.status === 'fulfilled') this.#folders.push(outcome.value);
    this.#cleanUps.push(async () => {
      await Promise.all(this.#folders.map((folder) => folder.close()));
    });
    for (const outcome of opened) if (outcome.status === 'rejected') throw outcome.reason;
    for (const folder of this.#folders)
      checkBorders(folder.at, {
        home: env.HOME ?? '/',
        temporary: tmpdir(),
        own: [
          this.#options.runtimeFolder,
          this.#options.stateFolder,
          dirname(resolve(program[0] ?? '/bin/sh')),
        ],
      });
    return this.#folders;
  }

  /** Tells of links that lead out of the project; returns what of this machine they must not change. */
  async #protect(project: ShownFolder): Promise<string[]> {
    const { env, runtimeFolder, stateFolder, notice } = this.#options;
    const shared = { root: project.at, also: this.#folders.slice(1).map(({ at }) => at) };
    const links = await findOutsideLinks(project.files, project.at, (path) => isShared(path, shared));
    if (links.length > 0) notice(describeLinks(links));
    return protectedTargets(links, [project.at, env.HOME ?? '/', tmpdir(), runtimeFolder, stateFolder]);
  }

  #program(
    host: HostSide,
    project: ShownFolder,
    shims: ShimFiles,
  ): { argv: string[]; env: Record<string, string> } {
    const { program, env } = this.#options;
    const shell = namedShell(env.SHELL);
    const [file = shell, ...args] = program;
    for (const note of this.#profile.notes) this.#options.notice(note);
    return {
      argv: [file, ...this.#profile.args, ...args],
      env: {
        ...env,
        PWD: project.at,
        TMPDIR: host.scratch,
        SHELL: shell,
        ...this.#profile.env,
        PATH: `${env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}:${shims.pathFolder}`,
        ZMX_PORTAL: this.#id,
      },
    };
  }

  async #listen(
    host: HostSide,
    project: ShownFolder,
    shims: ShimFiles,
    socketPath: string,
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { connection, settings, log } = this.#options;
    const commands = new RemoteCommands(connection);
    const broker = await Broker.listen({
      socketPath,
      portal: this.#id,
      commands,
      around: {
        root: project.at,
        remoteRoot: project.files.root,
        also: this.#folders.slice(1).map(({ at }) => at),
        agent: this.#profile,
        userLocal: settings.local,
        userRemote: settings.remote,
        shimPath: shims.shim,
        existsHere: existsSync,
        remoteHas: (name) => host.programs.has(name),
        scratch: host.scratch,
        agentEnv: new Map(Object.entries(env)),
      },
      files: {
        flush: async () => {
          await Promise.all(this.#folders.map((folder) => folder.flush()));
          return { session: project.files.session, after: project.files.lastUnconfirmed };
        },
        revalidate: async (clock) => {
          await Promise.all(
            this.#folders.map((folder) => folder.revalidate(folder === project ? clock : undefined)),
          );
        },
        writeSideFile: (path, content) => writeFileSync(path, content, { mode: 0o600 }),
      },
      isLinked: () => connection.state.kind === 'live',
      realProgram: (request) => realProgram(request, shims.real),
      decided: ({ argv, cwd }, { where, why }) =>
        log(`${where} (${why}): ${JSON.stringify(argv).slice(0, 300)} in ${cwd}`),
    });
    let patience: NodeJS.Timeout | undefined;
    const listening = connection.stateChanged.on(({ kind }) => {
      clearTimeout(patience);
      if (kind !== 'connecting') return;
      patience = setTimeout(() => broker.giveUp(outOfReach(settings.timeoutMs)), settings.timeoutMs);
    });
    this.#cleanUps.push(() => {
      listening.dispose();
      clearTimeout(patience);
      broker.dispose();
      commands.dispose();
    });
  }

  /** Starts the program and waits for its end; signals for this process are its. */
  async #follow(): Promise<number> {
    const { process: child, start } = this.#namespace!;
    const ended = new Promise<number>((done) => {
      child.once('exit', (code, signal) => done(signal ? 128 + constants.signals[signal] : (code ?? 0)));
    });
    const toProgram = (signal: NodeJS.Signals) => child.kill(signal);
    // The terminal sends these to the whole process group: the program has them already.
    const ignored = () => {};
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, toProgram);
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignored);
    await start();
    return ended;
  }

  async #endThere(): Promise<void> {
    const { connection, guard } = this.#options;
    if (connection.state.kind !== 'live') return; // the guardian waits for the host
    const signal = AbortSignal.timeout(END_PATIENCE_MS);
    await connection.request(PORTAL_END, { portal: this.#id }, { signal });
    await guard.end(this.#id, signal);
  }
}

/**
 * Agents tell their own commands from their user's by the shell: what was configured as one line
 * runs by sh -c. So $SHELL is not plain sh where there is another.
 */
function namedShell(shell: string | undefined): string {
  if (shell && !/\/(da)?sh$/.test(shell)) return shell;
  return existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
}

function outOfReach(ms: number): ZmxError {
  return new ZmxError(
    'EIO',
    `outcome unknown: the host has been out of reach for ${ms / 1000} s (portal-timeout)`,
  );
}
