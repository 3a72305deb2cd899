import { isHook } from '../model/options/hooks.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { hookTable } from './option-table.ts';

export const showHooks: Command = {
  name: 'show-hooks',
  args: { flags: 'gpt:w', minimum: 0, maximum: 1 },
  usage: '[-gpw] [-t target-pane] [hook]',
  run(context, args) {
    const table = hookTable(context, args);
    const wanted = args.word(0);
    if (wanted !== undefined && !isHook(wanted)) throw new CommandError(`invalid option: ${wanted}`);
    for (const name of table
      .names()
      .filter((each) => (wanted === undefined ? isHook(each) : each === wanted))) {
      const value = table.own(name);
      if (typeof value === 'object')
        for (const [index, commands] of Object.entries(value)) context.print(`${name}[${index}] ${commands}`);
    }
  },
};
