import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { AgentProfile } from './agents/profile.ts';

export interface AgentProgram {
  readonly argv: readonly [string, ...string[]];
  readonly env: Record<string, string>;
}

export interface AgentPlace {
  readonly portal: string;
  /** Folder in which it starts. */
  readonly root: string;
  /** Folder of both sides for temporary files. */
  readonly scratch: string;
  /** Last folder of its PATH: programs that only the remote has. */
  readonly shimFolder: string;
}

/** What runs in the portal: the program, or the user's shell where none was named, as its profile has it. */
export function agentProgram(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
  profile: AgentProfile,
  place: AgentPlace,
): AgentProgram {
  const shell = namedShell(env.SHELL);
  const [file = shell, ...args] = program;
  return {
    argv: [file, ...profile.args, ...args],
    env: {
      ...env,
      PWD: place.root,
      TMPDIR: place.scratch,
      SHELL: shell,
      ...profile.env,
      PATH: `${env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}:${place.shimFolder}`,
      ZMX_PORTAL: place.portal,
    },
  };
}

export interface ProgramEnd {
  /** As a shell has it. */
  readonly status: number;
  /** By itself, and nobody has asked for it. */
  readonly isOrderly: boolean;
}

/** Resolves when the program has ended; until then, signals for this process are the program's. */
export function followProgram(child: ChildProcess): Promise<ProgramEnd> {
  let isAsked = false;
  const ended = new Promise<ProgramEnd>((done) => {
    child.once('exit', (code, signal) => {
      const status = signal ? 128 + constants.signals[signal] : (code ?? 0);
      done({ status, isOrderly: !signal && !isAsked });
    });
  });
  const toProgram = (signal: NodeJS.Signals) => {
    isAsked = true;
    child.kill(signal);
  };
  // The terminal sends these to the whole process group: the program has them already.
  const ignored = () => {};
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, toProgram);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const) process.on(signal, ignored);
  // Ctrl-Z is the program's too: the shell that started us sees a stopped job when it has really stopped.
  process.on('SIGCHLD', () => {
    if (statOf(child.pid!)?.state !== 'T') return;
    if (hasJobControl()) process.kill(process.pid, 'SIGSTOP');
    else child.kill('SIGCONT');
  });
  process.on('SIGCONT', () => child.kill('SIGCONT'));
  return ended;
}

/** Whether a shell started us that can continue us: not where we are all that a terminal or pane runs. */
function hasJobControl(): boolean {
  const ours = statOf(process.pid)?.session;
  return ours !== undefined && statOf(process.ppid)?.session === ours;
}

/** Of /proc/PID/stat, see proc(5); undefined: it has gone. */
function statOf(pid: number): { readonly state: string; readonly session: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // after the last parenthesis: the name before it may hold anything
    const [state = '', , , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, session };
  } catch {
    return undefined;
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
