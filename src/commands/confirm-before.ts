import type { Command } from './command.ts';
import { printCommands } from './language/syntax.ts';
import { commandTarget, openPrompt } from './prompt/open.ts';
import { clientFrom, expand } from './targets.ts';

export const confirmBefore: Command = {
  name: 'confirm-before',
  alias: 'confirm',
  args: { flags: 'bp:t:', minimum: 1, maximum: 1, blocks: [0] },
  usage: '[-b] [-p prompt] [-t target-client] command',
  run(context, args) {
    const client = clientFrom(context, args);
    const commands = context.parseWords(args.words);
    const label = args.has('p')
      ? expand(context, args.value('p')!, context.current, { client })
      : `Confirm '${commands[0]?.name ?? ''}'? (y/n)`;
    const prompt = openPrompt(context, client, {
      mode: 'single',
      confirm: true,
      labels: [`${label} `],
      template: printCommands(commands),
      block: true,
      target: commandTarget(context.current),
    });
    return args.has('b') ? undefined : { waitFor: prompt };
  },
};
