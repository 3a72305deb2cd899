import { existsSync, writeFileSync } from 'node:fs';
import { latin1Of, pathOf, textOfLatin1 } from '../base/byte-text.ts';
import type { Disposable } from '../base/disposable.ts';
import { RemoteCommands } from '../client/remote-commands.ts';
import type { AgentProfile } from './agents/profile.ts';
import { Broker } from './exec/broker.ts';
import { CarriedFiles } from './exec/carried-files.ts';
import { realProgram } from './exec/local-programs.ts';
import type { ShimFiles } from './exec/shim-files.ts';
import type { HostSide } from './host-side.ts';
import { whenOutOfReach } from './out-of-reach.ts';
import type { PortalOptions } from './portal-options.ts';
import { PortalPaths } from './portal-paths.ts';
import type { ShownFolder } from './shown-folder.ts';

export interface PortalCommandsParts {
  readonly portal: string;
  readonly options: PortalOptions;
  readonly profile: AgentProfile;
  readonly host: HostSide;
  /** The project, the scratch folder, and what else is shown. */
  readonly folders: readonly [ShownFolder, ShownFolder, ...ShownFolder[]];
  readonly shims: ShimFiles;
  readonly socketPath: string;
  /** What the agent is started with. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Serves the portal's shims: the broker with this portal's rules, files and connection.
 * Commands wait for a host that is out of reach as file calls do, and as long.
 */
export async function servePortalCommands(parts: PortalCommandsParts): Promise<Disposable> {
  const { options, host, folders, shims } = parts;
  const { connection, settings, log } = options;
  const [project, scratch] = folders;
  const paths = new PortalPaths(
    folders.map((folder) => ({ at: latin1Of(folder.at), look: (path) => folder.look(path) })),
  );
  const carried = new CarriedFiles(scratch.files, log);
  const commands = new RemoteCommands(connection);
  const broker = await Broker.listen({
    socketPath: parts.socketPath,
    portal: parts.portal,
    commands,
    around: {
      root: project.at,
      rootName: project.named,
      remoteRoot: project.files.root,
      renamed: new Map(folders.slice(1).map(({ at, named }) => [at, named])),
      also: folders.slice(1).flatMap(({ at, named }) => [at, named]),
      agent: parts.profile,
      userLocal: settings.local,
      userRemote: settings.remote,
      shimPath: shims.shim,
      existsHere: (path) => existsSync(pathOf(path)),
      remoteHas: (name) => host.programs.has(name),
      scratch: host.scratch,
      agentSocket: host.agentSocket,
      agentEnv: new Map(Object.entries(parts.env)),
    },
    files: {
      flush: async () => {
        await Promise.all(folders.map((folder) => folder.flush()));
        const [root, ...also] = folders.map(({ files }) => ({
          session: files.session,
          after: files.lastUnconfirmed,
        }));
        return { ...(root && { root }), also };
      },
      revalidate: async ({ clock, clocks = {} }) => {
        await Promise.all(
          folders.map((folder) =>
            folder.revalidate(folder === project ? clock : clocks[folder.files.session]),
          ),
        );
      },
      locate: async (path) => textOfLatin1((await paths.follow('/', latin1Of(path))).path),
      carry: (files) => carried.send(files),
      writeSideFile: (path, content) => writeFileSync(pathOf(path), content, { mode: 0o600 }),
    },
    isLinked: () => connection.state.kind === 'live',
    whenOutOfReach: (giveUp) => whenOutOfReach(connection, settings.timeoutMs, giveUp),
    realProgram: (request) => realProgram(request, shims.real),
    decided: ({ argv, cwd }, { where, why }) =>
      log(`${where} (${why}): ${JSON.stringify(argv).slice(0, 300)} in ${cwd}`),
  });
  return {
    dispose: () => {
      broker.dispose();
      commands.dispose();
    },
  };
}
