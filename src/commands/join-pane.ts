import { targetOf, targetOfPane } from '../model/target/find.ts';
import { movePane as moveBeside } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { dropWindow } from './lifecycle.ts';
import { newPaneSize } from './split-window.ts';
import { targetFrom } from './targets.ts';

const USAGE = '[-bdfhv] [-l size] [-s src-pane] [-t dst-pane]';
const FLAGS = 'bdfhl:p:s:t:v';

export const joinPane: Command = {
  name: 'join-pane',
  alias: 'joinp',
  args: { flags: FLAGS, minimum: 0, maximum: 0 },
  usage: USAGE,
  run: join,
};

export const movePane: Command = { ...joinPane, name: 'move-pane', alias: 'movep' };

function join(context: CommandContext, args: Arguments): undefined {
  const { server } = context;
  const destination = targetFrom(context, args, 'pane');
  const source = args.has('s')
    ? targetFrom(context, args, 'pane', 's').pane
    : (server.marked ?? targetFrom(context, args, 'pane', 's').pane);
  if (source === destination.pane) throw new CommandError('source and target panes must be different');
  const from = source.window;
  const size = newPaneSize(context, args, destination, args.has('f'), 'size');
  const kind = args.has('h') ? 'left-right' : 'top-bottom';
  const options = { kind, size, before: args.has('b'), full: args.has('f') } as const;
  if (!moveBeside(source, destination.pane, options))
    throw new CommandError('create pane failed: pane too small');
  if (!args.has('d')) {
    source.window.activate(source);
    destination.session.select(destination.link);
    context.current = targetOf(destination.session, destination.link, source);
  } else context.current = targetOfPane(server, destination.pane, destination.session);
  if (from.panes.length === 0) dropWindow(context, from);
  return undefined;
}
