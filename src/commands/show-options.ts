import { isHook } from '../model/options/hooks.ts';
import { lookUpOption, type OptionName } from '../model/options/set.ts';
import type { Options, OptionValue } from '../model/options/values.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { quote } from './language/syntax.ts';
import { optionTable } from './option-table.ts';
import { expand, optionalTarget } from './targets.ts';

export const showOptions: Command = {
  name: 'show-options',
  alias: 'show',
  args: { flags: 'AgHpqst:vw', minimum: 0, maximum: 1 },
  usage: '[-AgHpqsvw] [-t target-pane] [option]',
  run(context, args) {
    show(context, args, false);
  },
};

export const showWindowOptions: Command = {
  name: 'show-window-options',
  alias: 'showw',
  args: { flags: 'gvt:', minimum: 0, maximum: 1 },
  usage: '[-gv] [-t target-window] [option]',
  run(context, args) {
    show(context, args, true);
  },
};

function show(context: CommandContext, args: Arguments, ofWindow: boolean): void {
  const word = args.word(0);
  if (word === undefined) {
    const table = optionTable(context, args, undefined, ofWindow);
    for (const name of names(table, args.has('A')).filter((each) => args.has('H') || !isHook(each)))
      print(context, args, table, { name, index: undefined });
    return;
  }
  const written = expand(context, word, optionalTarget(context, args, 'pane'));
  let option: OptionName;
  try {
    option = lookUpOption(written);
  } catch (error) {
    if (args.has('q')) return;
    throw error;
  }
  const table = optionTable(context, args, option, ofWindow);
  const known = args.has('A') ? table.get(option.name) : table.own(option.name);
  if (known === undefined && !option.definition && !args.has('q'))
    throw new CommandError(`invalid option: ${written}`);
  if (known !== undefined) print(context, args, table, option);
}

/** Options that a table has, with -A also what it has from its parents, of user options only its own. */
function names(table: Options, inherited: boolean): string[] {
  const all = new Set(table.names());
  for (let parent = table.parent; inherited && parent; parent = parent.parent)
    for (const name of parent.names()) if (!name.startsWith('@')) all.add(name);
  return [...all].sort();
}

function print(
  context: CommandContext,
  args: Arguments,
  table: Options,
  { name, index }: { name: string; index: number | undefined },
): void {
  const own = table.own(name);
  const value = own ?? table.get(name);
  const inherited = own === undefined ? '*' : '';
  for (const [plain, text] of lines(value, name, index)) {
    const key = plain + inherited;
    if (text === undefined) context.print(args.has('v') ? '' : key);
    else context.print(args.has('v') ? text : `${key} ${quote(text)}`);
  }
}

function lines(
  value: OptionValue | undefined,
  label: string,
  index: number | undefined,
): [string, string | undefined][] {
  if (typeof value !== 'object') return [[label, value]];
  if (index !== undefined) return value[index] === undefined ? [] : [[`${label}[${index}]`, value[index]]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[label, undefined]];
  return entries.map(([key, text]) => [`${label}[${key}]`, text]);
}
