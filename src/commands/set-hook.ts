import { isHook } from '../model/options/hooks.ts';
import { lookUpOption, setOption, unsetOption } from '../model/options/set.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { printCommands } from './language/syntax.ts';
import { hookTable } from './option-table.ts';

export const setHook: Command = {
  name: 'set-hook',
  args: { flags: 'agpRt:uw', minimum: 1, maximum: 2, blocks: [1] },
  usage: '[-agpRuw] [-t target-pane] hook [command]',
  run(context, args) {
    const option = lookUpOption(args.word(0)!);
    if (!isHook(option.name)) throw new CommandError(`invalid option: ${option.name}`);
    const table = hookTable(context, args);
    if (args.has('R')) return { next: table.list(option.name).flatMap((text) => context.parse(text)) };
    if (args.has('u')) {
      unsetOption(table, option);
      return undefined;
    }
    if (args.words.length < 2) throw new CommandError('empty value');
    const commands = printCommands(context.parseWords(args.words.slice(1)));
    setOption(table, option, commands, args.has('a'));
    return undefined;
  },
};
