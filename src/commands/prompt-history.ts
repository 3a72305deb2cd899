import type { PromptType } from '../model/client.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';

const TYPES: readonly PromptType[] = ['command', 'search', 'target', 'window-target'];

export const showPromptHistory: Command = {
  name: 'show-prompt-history',
  alias: 'showphist',
  args: { flags: 'T:', minimum: 0, maximum: 0 },
  usage: '[-T type]',
  run(context, args) {
    for (const type of typesOf(args)) {
      context.print(`History for ${type}:`);
      context.print('');
      for (const [at, line] of context.server.promptHistory[type].entries())
        context.print(`${at + 1}: ${line}`);
      context.print('');
    }
  },
};

export const clearPromptHistory: Command = {
  name: 'clear-prompt-history',
  alias: 'clearphist',
  args: { flags: 'T:', minimum: 0, maximum: 0 },
  usage: '[-T type]',
  run(context, args) {
    for (const type of typesOf(args)) context.server.promptHistory[type].length = 0;
  },
};

function typesOf(args: Arguments): readonly PromptType[] {
  const wanted = args.value('T');
  if (wanted === undefined) return TYPES;
  const type = TYPES.find((each) => each === wanted);
  if (!type) throw new CommandError(`invalid type: ${wanted}`);
  return [type];
}
