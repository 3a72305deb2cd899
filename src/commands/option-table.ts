import type { OptionName } from '../model/options/set.ts';
import type { Options } from '../model/options/values.ts';
import { findTarget } from '../model/target/find.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';

/** The table of a hook: of the session, or by -w and -p of a window or pane; -g: the global one. */
export function hookTable(context: CommandContext, args: Arguments): Options {
  const { server } = context;
  if (args.has('g'))
    return args.has('w') || args.has('p') ? server.globalWindowOptions : server.globalOptions;
  const type = args.has('p') ? 'pane' : args.has('w') ? 'window' : 'session';
  return findTarget(server, context, args.value('t'), type)[type].options;
}

/** The table that an option command means: by the option's own scope, -g and -p; a user option's by the flags alone. */
export function optionTable(
  context: CommandContext,
  args: Arguments,
  option: OptionName | undefined,
  ofWindow: boolean,
): Options {
  const { server } = context;
  const scope =
    option?.definition?.scope ??
    (args.has('s') ? 'server' : args.has('p') ? 'pane' : args.has('w') || ofWindow ? 'window' : 'session');
  if (scope === 'server') return server.options;
  if (scope === 'session') return args.has('g') ? server.globalOptions : find('session').session.options;
  if (scope === 'pane' && args.has('p')) return find('pane').pane.options;
  return args.has('g') ? server.globalWindowOptions : find('window').window.options;

  function find(type: 'session' | 'window' | 'pane') {
    try {
      return findTarget(server, context, args.value('t'), type);
    } catch (error) {
      if (args.has('t')) throw error;
      throw new CommandError(`no current ${type}`);
    }
  }
}
