import type { MarkRecord } from './records.ts';

/** A command line of a pane's past, as its shell reported it. */
export interface LoggedCommand {
  readonly text: string;
  readonly cwd: string;
  /** When it was started and when it ended, ms since 1970; `ended` is undefined while it runs, or where its shell was lost. */
  readonly started: number;
  readonly ended: number | undefined;
  /** 0-255, where its end was reported. */
  readonly status: number | undefined;
}

/** The commands that a pane's marks tell of, oldest first. */
export function commandsOf(marks: Iterable<Pick<MarkRecord, 'time' | 'report'>>): LoggedCommand[] {
  const commands: LoggedCommand[] = [];
  let open = false;
  for (const { time, report } of marks) {
    const last = commands.at(-1);
    if (report.kind === 'command') {
      const { text, cwd } = report;
      commands.push({ text, cwd, started: time, ended: undefined, status: undefined });
      open = true;
    } else if (report.kind === 'finished' && last && open) {
      commands[commands.length - 1] = { ...last, ended: time, status: report.status };
      open = false;
    } else if (report.kind === 'started') open = false; // another shell: the one of before will not tell
  }
  return commands;
}

/** The command that ran at `time`, or the last one before; undefined before the first. */
export function commandAt(commands: readonly LoggedCommand[], time: number): LoggedCommand | undefined {
  return commands.findLast(({ started }) => started <= time);
}

export function hasFailed({ status }: LoggedCommand): boolean {
  return status !== undefined && status !== 0;
}
