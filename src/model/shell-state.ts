import type { ShellName, ShellReport } from '../term/shell-report.ts';
import { isLeftOut, type Redaction, setsSecret } from './environment-redact.ts';

/**
 * What is known of a pane's shell from its own reports: enough to give a new shell in the
 * pane the place of the old one. Plain data; kept in a file for each pane, apart from the
 * sessions, since it holds environments.
 */
export interface ShellState {
  /** '' where its first report was missed. */
  readonly shell: ShellName | '';
  /** Working folder as the shell sees it; '' until it has told. */
  readonly cwd: string;
  /** Exported variables, and functions as bash names them, without those that `environment-redact` names. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the variables that were left out. */
  readonly redacted: readonly string[];
  readonly umask: number | undefined;
  /** The command line that runs or ran last; '' before the first, and when it is kept out of the history or sets a secret. */
  readonly command: string;
  /** Before its first prompt, at a prompt, or behind one: `command` has not ended. */
  readonly phase: 'starting' | 'prompt' | 'running';
  /** Exit status of the last command that ended. */
  readonly status: number | undefined;
  /** When `command` began, and when it ended, ms since 1970; 0 before the first. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Command lines, oldest first, at most `MAX_RECENT_COMMANDS`; repetitions in a row once. */
  readonly recent: readonly string[];
  /** Number of the last report of this shell that is part of this: an older one is a repetition. */
  readonly number: number;
}

export const MAX_RECENT_COMMANDS = 100;

export function newShellState(): ShellState {
  return {
    ...{ shell: '', number: 0, cwd: '', variables: {}, redacted: [], umask: undefined, command: '' },
    ...{ phase: 'starting', status: undefined, startedAt: 0, finishedAt: 0, recent: [] },
  };
}

export interface ReportContext {
  readonly number: number;
  /** ms since 1970. */
  readonly time: number;
  readonly redacted: Redaction;
}

/**
 * The state after a report. A shell that starts takes over what is known of the one before it
 * until it has told its own; a report that was seen already changes nothing.
 */
export function afterReport(
  known: ShellState | undefined,
  report: ShellReport,
  { number, time, redacted }: ReportContext,
): ShellState {
  const state = known ?? newShellState();
  if (number <= state.number) return state;
  const next = { ...state, number };
  switch (report.kind) {
    case 'started':
      return { ...next, shell: report.shell, phase: 'starting' };
    case 'prompt':
      return { ...next, phase: 'prompt' };
    case 'command': {
      const command = setsSecret(report.text, redacted) ? '' : report.text;
      const recent = withCommand(state.recent, command);
      return { ...next, cwd: report.cwd, command, phase: 'running', startedAt: time, recent };
    }
    case 'finished':
      return { ...next, status: report.status, finishedAt: time };
    case 'cwd':
      return { ...next, cwd: report.path };
    case 'environment': {
      const { variables, umask = state.umask } = report;
      const entries = Object.entries(variables);
      const left = new Set(
        entries.filter(([name, value]) => isLeftOut(name, value, redacted)).map(([name]) => name),
      );
      const kept = entries.filter(([name]) => !left.has(name));
      return { ...next, umask, variables: Object.fromEntries(kept), redacted: [...left] };
    }
  }
}

function withCommand(recent: readonly string[], text: string): readonly string[] {
  if (text.trim() === '' || recent.at(-1) === text) return recent;
  return [...recent, text].slice(-MAX_RECENT_COMMANDS);
}
