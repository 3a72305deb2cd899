import { expandFormat } from '../model/format/expand.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { formatOf } from './targets.ts';

const FORMAT = '#{command_list_name}#{?command_list_alias, (#{command_list_alias}),} #{command_list_usage}';

export const listCommands: Command = {
  name: 'list-commands',
  alias: 'lscm',
  args: { flags: 'F:', minimum: 0, maximum: 1 },
  usage: '[-F format] [command]',
  readOnly: true,
  run(context, args) {
    const wanted = args.word(0);
    const commands = context.commands.filter(
      (command) => wanted === undefined || command.name.startsWith(wanted) || command.alias === wanted,
    );
    if (commands.length === 0) throw new CommandError(`unknown command: ${wanted}`);
    for (const { name, alias = '', usage } of commands) {
      const extra = { command_list_name: name, command_list_alias: alias, command_list_usage: usage };
      const format = formatOf(context, undefined, { extra });
      context.print(expandFormat(format, args.value('F') ?? FORMAT));
    }
  },
};
