import { posix } from 'node:path';
import { nanoid } from 'nanoid';
import type { CommandRequest } from '../../client/remote-commands.ts';
import type { AgentProfile } from '../agents/profile.ts';
import { isWithin } from '../portal-paths.ts';
import { remoteEnvironment } from './remote-environment.ts';
import { describe, isShared, type RuleSurroundings, SHELLS, takesInput } from './rules.ts';
import type { ShimRequest } from './shim-request.ts';

export interface RemoteSurroundings {
  readonly agent: AgentProfile;
  /** Where the project is on the remote: the same as `root` unless it is shown elsewhere (--at). */
  readonly remoteRoot: string;
  /** Further folders whose name on the remote differs from where they are here: one above them is a link. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Folder of both sides for temporary files. */
  readonly scratch: string;
  /** SSH_AUTH_SOCK there, where this machine's agent is lent. */
  readonly agentSocket: string | undefined;
  /** Environment that the agent was started with. */
  readonly agentEnv: ReadonlyMap<string, string>;
}

export type RemoteCommandLine = Omit<CommandRequest, 'portal' | 'root' | 'also'> & {
  /** Files of this machine that the command was to make; `collect` names what it makes instead, in the same order. */
  readonly sideFiles: readonly string[];
  /** Files of this machine that it reads. */
  readonly readFiles: readonly CarriedFile[];
};

/** A file of this machine, and its name in the scratch folder. */
export interface CarriedFile {
  readonly here: string;
  readonly name: string;
}

/**
 * The command as the remote is to run it.
 * @param environment what it finds in its environment there; see `remoteEnvironment`.
 */
export function remoteCommand(
  request: ShimRequest,
  around: RuleSurroundings & RemoteSurroundings,
  environment = (env: ShimRequest['env']) => remoteEnvironment(env, around),
): RemoteCommandLine {
  const command = describe(request, around);
  const { agent, scratch } = around;
  const side = withSideFiles(argumentsFor(request, command.name, around), agent, scratch);
  return {
    argv: side.argv,
    cwd: there(request.cwd, around),
    env: environment(request.env),
    stdin: !request.noInput && takesInput(command),
    umask: request.umask,
    login: request.argv[0]?.startsWith('-') ?? false,
    ...(request.terminal.stdin &&
      request.terminal.stdout && {
        tty: { cols: request.cols, rows: request.rows },
        ...(request.job && { job: nanoid() }),
      }),
    ...(side.collect.length > 0 && { collect: side.collect }),
    sideFiles: side.files,
    readFiles: side.carried,
  };
}

/** argv with the program as the remote finds it: by name where this side had it by a path of its own. */
function argumentsFor(
  request: ShimRequest,
  name: string,
  around: RuleSurroundings & RemoteSurroundings,
): string[] {
  const rest = request.argv.slice(1);
  // `#!SHIM`: the kernel puts the script's path second and drops the caller's argv[0] (execve(2))
  if (request.argv[0] === around.shimPath) return [there(rest[0] ?? request.file, around), ...rest.slice(1)];
  const file = posix.resolve(request.cwd, request.file);
  if (isShared(file, around)) return [there(file, around), ...rest];
  return [SHELLS.has(name) ? shellThere(name, around) : name, ...rest];
}

/** The remote's shell for one of ours: the same, or the next that understands nearly all of it. */
function shellThere(name: string, { remoteHas }: RuleSurroundings): string {
  return [name, 'bash', 'sh'].find((shell) => remoteHas(shell)) ?? 'sh';
}

function there(path: string, around: RuleSurroundings & RemoteSurroundings): string {
  const { root, rootName = root, remoteRoot, renamed } = around;
  const shown = [[root, remoteRoot], [rootName, remoteRoot], ...renamed] as const;
  const found = shown.find(([folder]) => isWithin(path, folder));
  if (!found) return path;
  const [folder, name] = found;
  const inside = path.slice(folder === '/' ? 0 : folder.length);
  return name === '/' ? inside || '/' : name + inside;
}

/** Replaces files of this machine that the command is to make or read, or that one has made, by names in the scratch folder. */
function withSideFiles(
  argv: readonly string[],
  agent: AgentProfile,
  scratch: string,
): { argv: string[]; collect: string[]; files: string[]; carried: CarriedFile[] } {
  const collect: string[] = [];
  const files: string[] = [];
  const carried: CarriedFile[] = [];
  const nameOf = (path: string) => path.replace(/\//g, '_');
  const inScratch = (path: string) => `${scratch}/${nameOf(path)}`;
  const replaced = argv.map((word) => {
    let text = word;
    for (const { pattern, by } of agent.rewrites) text = text.replace(pattern, by);
    for (const pattern of agent.sideFiles)
      text = text.replace(pattern, (whole: string, path: string) => {
        files.push(path);
        collect.push(inScratch(path));
        return whole.replace(path, inScratch(path));
      });
    for (const pattern of agent.madeFiles)
      text = text.replace(pattern, (whole: string, path: string) => whole.replace(path, inScratch(path)));
    for (const pattern of agent.readFiles)
      text = text.replace(pattern, (whole: string, path: string) => {
        carried.push({ here: path, name: nameOf(path) });
        return whole.replace(path, inScratch(path));
      });
    return text;
  });
  return { argv: replaced, collect, files, carried };
}
