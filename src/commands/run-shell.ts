import type { Command } from './command.ts';
import { type CommandContext, CommandError, type ShellResult } from './context.ts';
import { showResult } from './show-on-client.ts';
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
    const wait = delay === undefined ? undefined : context.effects.sleep(Number(delay) * 1000);
    if (args.has('C')) {
      const commands = context.parseWords(args.words);
      const later = async () => {
        await wait;
        return commands;
      };
      if (!args.has('b')) return { next: await later() };
      context.background(later);
      return undefined;
    }
    const command = args.word(0) === undefined ? '' : expand(context, args.word(0)!, target);
    const work = async (): Promise<ShellResult | undefined> => {
      await wait;
      if (command === '') return undefined;
      const cwd = target?.session.cwd ?? context.cwd;
      return context.effects.shell({ op: context.nextOp(), command, cwd, env: shellEnvironment(context) });
    };
    if (args.has('b')) {
      context.background(async () => {
        const result = await work();
        if (result) report(context, command, result);
        return [];
      });
      return undefined;
    }
    const result = await work();
    if (!result) return undefined;
    for (const line of outputLines(command, result)) context.print(line);
    return result.status === 0 ? undefined : { status: result.status };
  },
};

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

/** What a command in the background prints goes to the client that asked. */
function report(context: CommandContext, command: string, result: ShellResult): void {
  const lines = outputLines(command, result);
  if (!context.client || lines.length === 0) return;
  const output = lines.map((line) => `${line}\n`).join('');
  showResult(context, context.client, { status: result.status, output, errors: '', attach: undefined });
}
