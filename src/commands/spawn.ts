import { basename, isAbsolute, join } from 'node:path';
import type { Pane } from '../model/pane.ts';
import type { Server } from '../model/server.ts';
import type { Session } from '../model/session.ts';
import type { RestoredShell } from '../model/shell-restore.ts';
import { type CommandContext, CommandError, type ShellWish } from './context.ts';

/** What a pane is to run. */
export interface SpawnWish {
  /** Words of the command line; one word is for the shell, none the default. */
  readonly words: readonly string[];
  /** -c, after expansion; undefined: the session's folder. */
  readonly cwd: string | undefined;
  /** -e VARIABLE=value. */
  readonly environment: readonly string[];
  /** What it gets of another shell: of its pane's last one, or of the pane that it is split from. */
  readonly restored?: RestoredShell;
}

/** Starts the program of a pane that has its place in the layout. @throws what the effect says */
export async function spawnPane(
  context: CommandContext,
  session: Session,
  pane: Pane,
  wish: SpawnWish,
): Promise<void> {
  const shell = shellOf(context, session);
  const cwd = folderOf(context, session, wish.cwd);
  const command = wish.words.length > 0 ? wish.words : defaultCommand(session);
  const extra: Record<string, string> = {};
  for (const assignment of wish.environment) {
    const equals = assignment.indexOf('=');
    if (equals > 0) extra[assignment.slice(0, equals)] = assignment.slice(equals + 1);
  }
  pane.startCommand = wish.words;
  pane.startPath = cwd;
  pane.startEnvironment = extra;
  pane.shell = shell;
  pane.exit = undefined;
  pane.empty = false;
  pane.currentPath = cwd;
  pane.op = context.nextOp();
  const [argv, arg0] = programOf(shell, command);
  const { pid, tty } = await context.effects.spawn({
    op: pane.op,
    pane: pane.uuid,
    argv,
    arg0,
    cwd,
    env: {
      ...environmentOf(context.server, session, pane),
      ...(!isShell(command) && wish.restored?.variables),
    },
    cols: pane.cols,
    rows: pane.rows,
    historyLimit: session.options.number('history-limit'),
    ...(isShell(command) && { shell: shellWish(session, wish.restored) }),
  });
  pane.pid = pid;
  pane.tty = tty;
}

/** Makes a pane that has its place in the layout one without a program. */
export async function openEmpty(context: CommandContext, session: Session, pane: Pane): Promise<void> {
  pane.empty = true;
  pane.startCommand = [''];
  pane.startPath = session.cwd;
  pane.shell = shellOf(context, session);
  const { cols, rows } = pane;
  const historyLimit = session.options.number('history-limit');
  await context.effects.openEmpty(pane.uuid, { cols, rows, historyLimit });
}

/** What the shell of a pane in this session is to be, beside its program. */
export function shellWish(session: Session, restored?: RestoredShell): ShellWish {
  const integration = session.options.flag('shell-integration');
  return { integration, session: session.id, ...(restored && { restored }) };
}

function defaultCommand(session: Session): string[] {
  const command = session.options.text('default-command');
  return command === '' ? [] : [command];
}

/** Whether these words leave the user at a shell's prompt. */
export function isShell(words: readonly string[]): boolean {
  return words.length === 0 || namedShell(words) !== undefined;
}

/**
 * A command line that is nothing but a shell, as `default-command "exec zsh -l"` has it. A
 * shell would run it in its own place, so it is started at once and can be integrated.
 */
function namedShell(words: readonly string[]): { program: string; login: boolean } | undefined {
  if (words.length !== 1) return undefined;
  const line = /^\s*(?:exec\s+)?((?:\/[\w./-]*\/)?(?:bash|zsh|fish))(?:\s+(-l|--login))?\s*$/.exec(words[0]!);
  return line ? { program: line[1]!, login: line[2] !== undefined } : undefined;
}

/** The prompt in a pane that is restored: its own shell where it was made with one, else what new panes get. */
export function promptProgram(
  session: Session,
  pane: Pane,
  shell: string,
): { argv: string[]; arg0: string; isShell: boolean } {
  const own = pane.startCommand.length > 0 && isShell(pane.startCommand);
  const words = own ? pane.startCommand : defaultCommand(session);
  const [argv, arg0] = programOf(shell, words);
  return { argv, arg0, isShell: isShell(words) };
}

/** No words: the shell as a login shell; one: a command line for it; more: the program itself. */
function programOf(shell: string, words: readonly string[]): [argv: string[], arg0: string] {
  if (words.length === 0) return [[shell], `-${basename(shell)}`];
  const named = namedShell(words);
  if (named) return [[named.program], named.login ? `-${basename(named.program)}` : named.program];
  if (words.length === 1) return [[shell, '-c', words[0]!], basename(shell)];
  return [[...words], words[0]!];
}

function shellOf(context: CommandContext, session: Session): string {
  const shell = session.options.text('default-shell');
  return isAbsolute(shell) ? shell : context.server.facts.shell;
}

function folderOf(context: CommandContext, session: Session, wanted: string | undefined): string {
  const base = context.client || context.callerPane === '' ? session.cwd : context.cwd;
  if (wanted === undefined || wanted === '') return base;
  if (wanted === '~' || wanted.startsWith('~/')) return context.server.facts.home + wanted.slice(1);
  return isAbsolute(wanted) ? wanted : join(context.cwd, wanted);
}

/** The complete environment of a pane's program. */
export function environmentOf(server: Server, session: Session, pane: Pane): Record<string, string> {
  const { facts } = server;
  const compatible = server.options.flag('tmux-compat');
  const inherited = session.environment.over(server.environment.over({}));
  for (const name of ['TMUX', 'TMUX_PANE', 'ZMX', 'ZMX_PANE']) delete inherited[name];
  const given = { ...inherited, ...pane.startEnvironment };
  const address = `${facts.socketPath},${facts.pid},${session.id}`;
  return {
    ...inherited,
    ...(session.options.flag('agent-socket') && { SSH_AUTH_SOCK: server.agentSocket(session) }),
    ...pane.startEnvironment,
    PWD: pane.startPath,
    SHELL: pane.shell,
    TERM: server.options.text('default-terminal'),
    COLORTERM: 'truecolor',
    TERM_PROGRAM: 'zmx',
    TERM_PROGRAM_VERSION: facts.version,
    ZMX: address,
    ...(pane.id >= 0 && { ZMX_PANE: pane.name }), // a popup is no pane
    PATH: searchPath(given.PATH, compatible ? facts.compatPath : undefined, facts.programPath),
    ...(compatible && {
      TMUX: address,
      ...(pane.id >= 0 && { TMUX_PANE: pane.name }),
    }),
  };
}

/** PATH with `first` and `last` around it, each once however often a pane is opened from within another. */
function searchPath(path: string | undefined, first: string | undefined, last: string): string {
  const own = (path ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  const others = own.filter((folder) => folder !== first && folder !== last);
  return [...(first === undefined ? [] : [first]), ...others, last].join(':');
}

/** "-e VARIABLE=value" of commands that start something. */
export function checkAssignments(assignments: readonly string[]): readonly string[] {
  for (const assignment of assignments)
    if (!/^[^=]+=/.test(assignment)) throw new CommandError(`bad environment: ${assignment}`);
  return assignments;
}
