import { posix } from 'node:path';
import type { AgentProfile } from '../agents/profile.ts';
import { isWithin } from '../portal-paths.ts';
import type { ShimRequest } from './shim-request.ts';

/**
 * Where a command runs: one table, read from the top, first match wins. A table and not
 * code in many places, so that `zmx portal --explain` can show which line decided, and a
 * user can put lines of their own before it.
 */
export interface Verdict {
  readonly where: 'local' | 'remote';
  /** The line that decided, in words. */
  readonly why: string;
}

export interface RuleSurroundings {
  /** Absolute path of the project, the same on both sides. */
  readonly root: string;
  /** Another path that leads to the project, by links of this machine. */
  readonly rootName?: string | undefined;
  /** Folders that are the remote's beside the project: scratch, --also. */
  readonly also: readonly string[];
  readonly agent: AgentProfile;
  /** The user's patterns (options portal-local and portal-remote): fnmatch over the program's name, or over the whole command line if they hold a blank. */
  readonly userLocal: readonly string[];
  readonly userRemote: readonly string[];
  /** Path of the shim, which is argv[0] when the project's own executables are run. */
  readonly shimPath: string;
  /** Whether a file exists on this side, outside of the project. */
  existsHere(path: string): boolean;
  /** Whether a program of this name is on the remote's PATH. */
  remoteHas(name: string): boolean;
}

interface Rule {
  readonly where: 'local' | 'remote';
  readonly why: string;
  matches(command: Command, around: RuleSurroundings): boolean;
}

/** A request, and what several rules ask of it. */
export interface Command {
  readonly request: ShimRequest;
  /** Program's name, without folder and the dash of a login shell. */
  readonly name: string;
  /** argv as one line, for patterns. */
  readonly line: string;
  /** The script that a shell was given as a file, absolute; '' for none (-c, -s, interactive). */
  readonly script: string;
}

export const SHELLS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'zsh',
  'fish',
  'dash',
  'ksh',
  'busybox',
  'ash',
]);

export const rules: readonly Rule[] = [
  {
    where: 'local',
    why: "the user's portal-local says so",
    matches: ({ name, line }, { userLocal }) =>
      userLocal.some((pattern) => matchesPattern(pattern, name, line)),
  },
  {
    where: 'remote',
    why: "the user's portal-remote says so",
    matches: ({ name, line }, { userRemote }) =>
      userRemote.some((pattern) => matchesPattern(pattern, name, line)),
  },
  {
    where: 'remote',
    why: 'an executable of the project itself',
    matches: ({ request }, around) => isShared(absolute(request.file, request.cwd), around),
  },
  {
    where: 'local',
    why: 'its working folder is outside of the project',
    matches: ({ request }, around) => !isShared(request.cwd, around),
  },
  {
    where: 'local',
    why: "the agent's own machinery (hook, status line, helper)",
    matches: ({ request, line }, { agent }) =>
      agent.local.some(
        (own) =>
          (own.line === undefined || own.line.test(line)) &&
          (own.env ?? []).every((name) => request.env.has(name)),
      ),
  },
  {
    where: 'local',
    why: 'git on a repository of this machine (GIT_* or an option leads outside of the project)',
    matches: ({ name, request }, around) => name === 'git' && gitLeadsOutside(request, around),
  },
  {
    where: 'local',
    why: 'a script of this machine',
    matches: ({ name, script }, around) =>
      SHELLS.has(name) && script !== '' && !isShared(script, around) && around.existsHere(script),
  },
  {
    where: 'local',
    why: 'a shell that only tells its version',
    matches: ({ name, request }) =>
      SHELLS.has(name) && request.argv.length === 2 && request.argv[1] === '--version',
  },
  {
    where: 'local',
    why: 'the remote has no such program',
    matches: ({ name }, around) => !SHELLS.has(name) && !around.remoteHas(name),
  },
  {
    where: 'remote',
    why: 'a command in the project',
    matches: () => true,
  },
];

/** Decides where a command runs. */
export function decide(request: ShimRequest, around: RuleSurroundings): Verdict {
  const command = describe(request, around);
  const rule = rules.find((candidate) => candidate.matches(command, around))!;
  return { where: rule.where, why: rule.why };
}

export function describe(request: ShimRequest, around: Pick<RuleSurroundings, 'shimPath'>): Command {
  const asInterpreter = request.argv[0] === around.shimPath;
  const program = asInterpreter ? request.file : (request.argv[0] ?? request.file);
  const name = posix.basename(program).replace(/^-/, '') || posix.basename(request.file);
  return { request, name, line: request.argv.join(' '), script: SHELLS.has(name) ? scriptOf(request) : '' };
}

/** First word of a shell's arguments that is no option, unless -c or -s makes it something else; see bash(1), ARGUMENTS. */
function scriptOf(request: ShimRequest): string {
  for (let index = 1; index < request.argv.length; index++) {
    const word = request.argv[index]!;
    if (word === '--' || word === '-')
      return request.argv[index + 1] ? absolute(request.argv[index + 1]!, request.cwd) : '';
    if (word === '--rcfile' || word === '--init-file' || /^[-+][a-zA-Z]*[oO]$/.test(word)) index++;
    else if (/^[-+][a-zA-Z]*[cs]/.test(word) && !word.startsWith('--')) return '';
    else if (!word.startsWith('-') && !word.startsWith('+')) return absolute(word, request.cwd);
  }
  return '';
}

/** Variables that make git work on something else than the folder it stands in; see git(1), ENVIRONMENT. */
const GIT_PLACES = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
];

function gitLeadsOutside(request: ShimRequest, around: RuleSurroundings): boolean {
  for (const name of GIT_PLACES) {
    const value = request.env.get(name);
    if (value && !isShared(absolute(value, request.cwd), around)) return true;
  }
  let folder = request.cwd;
  for (let index = 1; index < request.argv.length; index++) {
    const word = request.argv[index]!;
    const place = /^--(?:git-dir|work-tree|exec-path)=(.*)$/.exec(word)?.[1];
    const next = request.argv[index + 1] ?? '';
    if (place !== undefined) {
      if (!isShared(absolute(place, folder), around)) return true;
    } else if (word === '--git-dir' || word === '--work-tree') {
      if (!isShared(absolute(next, folder), around)) return true;
      index++;
    } else if (word === '-C') {
      folder = absolute(next, folder);
      if (!isShared(folder, around)) return true;
      index++;
    } else if (word === '-c' || word === '--namespace') index++;
    else if (!word.startsWith('-')) return word === 'credential' || word.startsWith('credential-');
  }
  return false;
}

/** Subcommands of git that read standard input; the others get none, so that they do not swallow a caller's loop. */
const GIT_READS_INPUT =
  /^(apply|am|cat-file|check-attr|check-ignore|commit|commit-tree|diff-tree|fast-import|hash-object|http-backend|index-pack|interpret-trailers|mailinfo|mailsplit|mktag|mktree|notes|pack-objects|patch-id|receive-pack|rev-list|shortlog|stripspace|tag|unpack-objects|update-index|update-ref|upload-pack|add|checkout|restore|reset|stash|send-pack|fmt-merge-msg|column|merge-file)$/;

/** Whether the command is given its caller's standard input. */
export function takesInput({ name, request }: Command): boolean {
  if (name !== 'git') return true;
  const words = request.argv.slice(1).filter((word) => !word.startsWith('-'));
  return words.length === 0 || words.some((word) => GIT_READS_INPUT.test(word));
}

export function isShared(
  path: string,
  { root, rootName = root, also }: Pick<RuleSurroundings, 'root' | 'rootName' | 'also'>,
): boolean {
  return [root, rootName, ...also].some((folder) => isWithin(path, folder));
}

function absolute(path: string, cwd: string): string {
  return posix.resolve(cwd, path);
}

function matchesPattern(pattern: string, name: string, line: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^]*')
    .replace(/\?/g, '[^]');
  return new RegExp(`^${source}$`).test(pattern.includes(' ') ? line : name);
}
