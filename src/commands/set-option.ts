import { renameAutomatically } from '../model/automatic-rename.ts';
import { lookUpOption, type OptionName, setOption as set, unsetOption } from '../model/options/set.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { optionTable } from './option-table.ts';
import { expand, optionalTarget } from './targets.ts';

export const setOption: Command = {
  name: 'set-option',
  alias: 'set',
  args: { flags: 'aFgopqst:uUw', minimum: 1, maximum: 2 },
  usage: '[-aFgopqsuUw] [-t target-pane] option [value]',
  run(context, args) {
    change(context, args, false);
  },
};

export const setWindowOption: Command = {
  name: 'set-window-option',
  alias: 'setw',
  args: { flags: 'aFgoqt:u', minimum: 1, maximum: 2 },
  usage: '[-aFgoqu] [-t target-window] option [value]',
  run(context, args) {
    change(context, args, true);
  },
};

function change(context: CommandContext, args: Arguments, ofWindow: boolean): void {
  const target = optionalTarget(context, args, 'pane');
  const written = expand(context, args.word(0)!, target);
  let option: OptionName;
  try {
    option = lookUpOption(written);
  } catch (error) {
    if (args.has('q')) return;
    throw error;
  }
  const word = args.word(1);
  const value = word !== undefined && args.has('F') ? expand(context, word, target) : word;
  const table = optionTable(context, args, option, ofWindow);
  if (args.has('u') || args.has('U')) {
    unsetOption(table, option);
    if (args.has('U') && target) for (const pane of target.window.panes) unsetOption(pane.options, option);
  } else {
    const own = table.own(option.name);
    const exists =
      option.index === undefined
        ? own !== undefined
        : typeof own === 'object' && own[option.index] !== undefined;
    if (args.has('o') && exists) {
      if (args.has('q')) return;
      throw new CommandError(`already set: ${written}`);
    }
    try {
      set(table, option, value, args.has('a'));
    } catch (error) {
      if (args.has('q') && error instanceof CommandError) return;
      throw error;
    }
  }
  follow(context, option.name);
}

/** What an option changes at once, beyond what is drawn. */
function follow({ server, effects }: CommandContext, name: string): void {
  if (name === 'pane-border-status') for (const window of server.windows.values()) window.applyLayout();
  if (name === 'automatic-rename')
    for (const window of server.windows.values()) renameAutomatically(server, window);
  if (name === 'history-limit')
    for (const session of server.sessions.values())
      for (const { window } of session.winlinks)
        for (const pane of window.panes)
          effects.setHistoryLimit(pane.uuid, session.options.number('history-limit'));
  if (name === 'buffer-limit') server.buffers.trim(server.options.number('buffer-limit'));
}
