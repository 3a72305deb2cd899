import type { Command } from './command.ts';
import { type CommandContext, CommandError, type ShellResult } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import type { CommandLine, Word } from './language/syntax.ts';
import { expand, optionalTarget } from './targets.ts';

export const runShell: Command = {
  name: 'run-shell',
  alias: 'run',
  args: { flags: 'bCd:t:', minimum: 0, maximum: 1, blocks: [0] },
  usage: '[-bC] [-d delay] [-t target-pane] [shell-command]',
  async run(context, args) {
    const target = optionalTarget(context, args, 'pane');
    const delay = args.value('d');
    if (delay !== undefined && !/^\d*\.?\d+$/.test(delay))
      throw new CommandError(`invalid delay time: ${delay}`);
    const commands = args.has('C') ? context.parseWords(args.words) : [];
    if (args.has('b')) {
      context.background([inForeground('run-shell', args, ['d', 't'])]);
      return undefined;
    }
    const command = args.word(0) === undefined ? '' : expand(context, args.word(0)!, target);
    if (delay !== undefined) await context.waiting(context.effects.sleep(Number(delay) * 1000));
    if (args.has('C')) return { next: commands };
    if (command === '') return undefined;
    const cwd = target?.session.cwd ?? context.cwd;
    const request = { op: context.nextOp(), command, cwd, env: shellEnvironment(context) };
    const result = await context.waiting(context.effects.shell(request));
    for (const line of outputLines(command, result)) context.print(line);
    return result.status === 0 ? undefined : { status: result.status };
  },
};

/** The same command without -b, for a list of its own. @param valued flags with a value */
export function inForeground(name: string, args: Arguments, valued: readonly string[]): CommandLine {
  const flags: Word[] = valued.flatMap((flag) => args.values(flag).flatMap((value) => [`-${flag}`, value]));
  if (args.has('C')) flags.push('-C');
  return { name, args: [...flags, '--', ...args.words], line: 0, group: 0 };
}

/** Environment of shell commands: the server's and the session's, as in panes. */
export function shellEnvironment({ server, current }: CommandContext): Record<string, string> {
  const base = server.environment.over({});
  return current ? current.session.environment.over(base) : base;
}

function outputLines(command: string, { output, status }: ShellResult): string[] {
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  if (status > 128) lines.push(`'${command}' terminated by signal ${status - 128}`);
  else if (status !== 0) lines.push(`'${command}' returned ${status}`);
  return lines;
}
