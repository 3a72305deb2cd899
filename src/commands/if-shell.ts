import { isTrue } from '../model/format/expand.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { inForeground, shellEnvironment } from './run-shell.ts';
import { expand, optionalTarget } from './targets.ts';

export const ifShell: Command = {
  name: 'if-shell',
  alias: 'if',
  args: { flags: 'bFt:', minimum: 2, maximum: 3, blocks: [1, 2] },
  usage: '[-bF] [-t target-pane] shell-command command [command]',
  async run(context, args) {
    // Both are read before: a mistake in either is an error at once.
    const [then, otherwise] = args.words.slice(1).map((word) => context.parseWords([word]));
    if (args.has('b') && !args.has('F')) {
      context.background([inForeground('if-shell', args, ['t'])]);
      return undefined;
    }
    return { next: ((await condition(context, args)) ? then : otherwise) ?? [] };
  },
};

async function condition(context: CommandContext, args: Arguments): Promise<boolean> {
  const target = optionalTarget(context, args, 'pane');
  const text = expand(context, args.word(0)!, target);
  if (args.has('F')) return isTrue(text);
  const cwd = target?.session.cwd ?? context.cwd;
  const env = shellEnvironment(context);
  const request = { op: context.nextOp(), command: text, cwd, env };
  const { status } = await context.waiting(context.effects.shell(request));
  return status === 0;
}
