import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { nanoid } from 'nanoid';
import { latin1Of } from '../base/byte-text.ts';
import { endMounted } from '../base/end-processes.ts';
import { pinOf, releaseMountPoints } from '../base/mount-points.ts';
import { programsOnPath } from '../base/programs-on-path.ts';
import { ZmxError } from '../protocol/errors.ts';
import { PORTAL_END } from '../protocol/messages/exec.ts';
import { agentProgram, followProgram, type ProgramEnd } from './agent-program.ts';
import type { AgentProfile } from './agents/profile.ts';
import { profileOf } from './agents/profiles.ts';
import { checkBorders, folderOf, placesToMount } from './borders.ts';
import { linkRemotePrograms, makeShimFiles } from './exec/shim-files.ts';
import { beginReader } from './fuse/reader-thread.ts';
import { type HostSide, openHostSide } from './host-side.ts';
import { waitForLeft } from './left-running.ts';
import { LinkGuard } from './link-guard.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import { Notices } from './notices.ts';
import { describeLinks, findOutsideLinks, type OutsideLink } from './outside-links.ts';
import { servePortalCommands } from './portal-commands.ts';
import type { PortalOptions } from './portal-options.ts';
import { readAhead } from './read-ahead.ts';
import { ShownFolder } from './shown-folder.ts';

/** How long the remote may take to end a portal; after that its guardian goes on trying. ms. */
const END_PATIENCE_MS = 3000;

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
  /** Those of them that are not seen in another one. */
  #mounted: readonly ShownFolder[] = [];
  readonly #notices: Notices;
  #namespace: Namespace | undefined;
  /** Who opens something from now on would leave it behind. */
  #isEnding = false;

  constructor(options: PortalOptions) {
    this.#options = options;
    this.#notices = new Notices(options.notice, options.log);
    this.#profile = profileOf(options.program[0] ?? '');
  }

  /**
   * Runs the program to its end; resolves with its exit status, as a shell has it.
   * @throws ZmxError with the remedy where the portal cannot be opened.
   */
  async run(): Promise<number> {
    try {
      return await this.#follow(await this.#open());
    } finally {
      this.#isEnding = true;
      for (const cleanUp of this.#cleanUps.reverse()) {
        try {
          await cleanUp();
        } catch (error) {
          this.#options.log(`while ending: ${String(error)}`);
        }
      }
    }
  }

  /** Resolves with the path of the portal's shim. */
  async #open(): Promise<string> {
    const options = this.#options;
    const profile = this.#profile;
    const { connection, connected, guard, runtimeFolder, stateFolder, settings } = options;
    const notice = (line: string) => this.#notices.tell(line);
    mkdirSync(runtimeFolder, { recursive: true, mode: 0o700 });
    const own = mkdtempSync(join(runtimeFolder, 'p-'));
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    const spoolFolder = mkdtempSync(join(stateFolder, 'spool-'));
    const ownFolders = [own, spoolFolder];
    this.#cleanUps.push(() => {
      for (const folder of ownFolders) rmSync(folder, { recursive: true, force: true });
    });
    const guarded = { portal: this.#id, folders: ownFolders };
    await guard.begin({ ...guarded, namespace: '', mountPoints: [], unreached: true });
    this.#cleanUps.push(() => this.#end());

    const opening = openHostSide(
      connection,
      { portal: this.#id, orphanTimeoutMs: settings.orphanTimeoutMs },
      options.forwardAgent ? options.env.SSH_AUTH_SOCK : undefined,
    );
    const opened = this.#openFolders(opening);
    opened.catch(() => {}); // awaited below
    // While the host answers.
    const socketPath = join(own, 'sock');
    const searching = programsOnPath(options.env.PATH ?? '');
    const shims = makeShimFiles({
      folder: own,
      socketPath,
      shadowed: profile.shadowed.map((file) => join(options.env.HOME ?? '/', file)),
    });
    await connected;
    const host = await opening;
    const here = await searching;
    linkRemotePrograms(shims, host.programs, (name) => here.has(name));
    const folders = await opened;
    const [project] = folders;
    for (const note of profile.notes) notice(note);
    const { argv, env } = agentProgram(options.program, options.env, profile, {
      portal: this.#id,
      root: project.at,
      scratch: host.scratch,
      shimFolder: shims.pathFolder,
    });
    const commands = await servePortalCommands({
      portal: this.#id,
      options,
      profile,
      host,
      folders,
      shims,
      socketPath,
      env,
    });
    this.#cleanUps.push(() => commands.dispose());
    void readAhead(project, this.#notices);
    // While the namespace is made.
    const surveyed = this.#outsideLinks(project);
    surveyed.catch(() => {}); // awaited below
    const [program, ...args] = argv;
    const source = this.#source;
    const mounted = this.#mounted;
    const mountPoints = mounted.map(({ at }) => at);
    const pins = mountPoints.map((at) => pinOf(at, source));
    const links = this.#linkGuard(mounted);
    await guard.begin({ ...guarded, namespace: source, mountPoints: pins });
    this.#cleanUps.push(() => releaseMountPoints(pins));
    this.#cleanUps.push(() => endMounted(source));
    const namespace = await openNamespace({
      source,
      mountPoints,
      program,
      args,
      env,
      cwd: project.at,
      stdio: ['inherit', 'inherit', 'inherit'],
      binds: shims.binds,
    });
    this.#namespace = namespace;
    this.#cleanUps.push(() => namespace.keeper.dispose());
    const serving = {
      shim: shims.shim,
      spoolFolder,
      rescueFolder: join(stateFolder, 'rescue'),
      notice,
      timeoutMs: settings.timeoutMs,
    };
    await Promise.all(
      mounted.map((folder, index) =>
        folder.serve(namespace.devices[index]!, {
          ...serving,
          isOwn: folder.named === host.scratch,
          links: links.rules(folder.at),
        }),
      ),
    );
    links.told(await surveyed);
    for (const folder of folders) if (!mounted.includes(folder)) folder.early.dispose(); // nothing is served from it
    return shims.shim;
  }

  /** The project, the scratch folder and those of --also; the scratch folder may be open only when it is served. */
  async #openFolders(
    host: Promise<HostSide>,
  ): Promise<readonly [ShownFolder, ShownFolder, ...ShownFolder[]]> {
    const { connection, path, at, also, program, env } = this.#options;
    const begin = (folder: string, shownAt: string | undefined, ahead: boolean, reader?: Worker) => {
      const begun = ShownFolder.begin(connection, folder, shownAt, ahead, reader);
      begun.files.holdContent();
      this.#folders.push(begun);
      return begun;
    };
    const named = path ? begin(path, at, true) : undefined;
    const further = also.map((folder) => begin(folder, folder, false));
    // Its thread starts while the host answers where it is.
    const reader = beginReader();
    let isTaken = false;
    this.#cleanUps.push(() => {
      if (!isTaken) void reader.terminate(); // else its folder ends it, once what was written is on the host
    });
    const { scratch, home } = await host;
    if (this.#isEnding) throw new ZmxError('closed', 'the portal ends');
    const own = begin(scratch, scratch, true, reader);
    isTaken = true;
    const project = named ?? begin(home, at, true);
    await Promise.all([project, ...further].map(({ opened }) => opened));
    const folders = [project, own, ...further] as const;
    this.#folders.splice(0, this.#folders.length, ...folders);
    for (const folder of folders)
      checkBorders(folder.at, {
        home: env.HOME ?? '/',
        temporary: tmpdir(),
        own: [
          this.#options.runtimeFolder,
          this.#options.stateFolder,
          ...folderOf(program[0] ?? '/bin/sh', env.PATH ?? ''),
        ],
      });
    // The scratch folder need not be open yet.
    const places = folders.map((folder) => ({
      folder,
      at: folder.at,
      root: folder === own ? scratch : folder.files.root,
    }));
    this.#mounted = placesToMount(places).map(({ folder }) => folder);
    return folders;
  }

  #linkGuard(folders: readonly ShownFolder[]): LinkGuard {
    const { env, runtimeFolder, stateFolder } = this.#options;
    return new LinkGuard({
      shown: folders.map((folder) => ({ at: latin1Of(folder.at), look: (path) => folder.look(path) })),
      needed: [...folders.map(({ at }) => at), env.HOME ?? '/', tmpdir(), runtimeFolder, stateFolder],
      protect: (path) => this.#namespace!.keeper.protect(path),
      tell: (line) => this.#notices.tell(line),
    });
  }

  /** Tells of the links of the project that lead out of it. */
  async #outsideLinks(project: ShownFolder): Promise<OutsideLink[]> {
    const others = this.#folders.slice(1).map(({ at }) => at);
    const links = await findOutsideLinks(project, others);
    if (links.length > 0) this.#notices.tell(describeLinks(links));
    return links;
  }

  /** Of the mounts: what all that runs in the portal is known by. */
  get #source(): string {
    return `zmx:${this.#id}`;
  }

  /** Starts the program and waits for its end, and for what it leaves running. */
  async #follow(shim: string): Promise<number> {
    const { process: child, start } = this.#namespace!;
    const following = followProgram(child);
    let ended: ProgramEnd;
    this.#notices.programStarts();
    try {
      await start();
      for (const { files } of this.#folders) files.releaseContent();
      ended = await following;
    } finally {
      this.#notices.programEnded();
    }
    const tell = (line: string) => this.#notices.tell(line);
    if (ended.isOrderly) await waitForLeft({ source: this.#source, shim, tell });
    return ended.status;
  }

  /** Ends the mounts here while the host is told. */
  async #end(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => folder.finish()));
    const stopped = Promise.all(this.#folders.map((folder) => folder.stop()));
    stopped.catch(() => {}); // awaited below
    try {
      await this.#endThere();
    } finally {
      await stopped;
    }
  }

  async #endThere(): Promise<void> {
    const closed = Promise.all(this.#folders.map(({ files }) => files.close()));
    try {
      await this.#endPortal();
    } finally {
      await closed;
    }
  }

  async #endPortal(): Promise<void> {
    const { connection, guard } = this.#options;
    if (connection.state.kind !== 'live') return; // the guardian waits for the host
    const signal = AbortSignal.timeout(END_PATIENCE_MS);
    await connection.request(PORTAL_END, { portal: this.#id }, { signal });
    await guard.end(this.#id, signal);
  }
}
