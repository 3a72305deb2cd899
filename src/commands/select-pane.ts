import { type Target, targetOf } from '../model/target/find.ts';
import { type Direction, paneInDirection } from '../model/target/panes.ts';
import { keepingZoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { expand, targetFrom } from './targets.ts';

const DIRECTIONS: Readonly<Record<string, Direction>> = { L: 'left', R: 'right', U: 'up', D: 'down' };

export const selectPane: Command = {
  name: 'select-pane',
  alias: 'selectp',
  args: { flags: 'DdegLlMmP:RT:t:UZ', minimum: 0, maximum: 0 },
  usage: '[-DdeLlMmRUZ] [-T title] [-t target-pane]',
  run(context, args) {
    const { server } = context;
    const target = targetFrom(context, args, 'pane');
    const { window, pane } = target;
    if (args.has('m') || args.has('M')) {
      const unmark = args.has('M') || server.marked === pane;
      server.marked = unmark ? undefined : pane;
      return;
    }
    if (args.has('T')) {
      pane.title = expand(context, args.value('T')!, target);
      context.effects.setTitle(pane.uuid, pane.title);
      return;
    }
    if (args.has('d') || args.has('e')) {
      pane.inputOff = args.has('d');
      return;
    }
    if (args.has('l')) {
      selectLastPane(context, target, args.has('Z'));
      return;
    }
    const flag = Object.keys(DIRECTIONS).find((each) => args.has(each));
    const wanted = flag ? keepingZoom(window, () => paneInDirection(window, pane, DIRECTIONS[flag]!)) : pane;
    if (wanted) activate(context, { ...target, pane: wanted }, args.has('Z'));
  },
};

/** Makes a pane active; that ends a zoom unless `keepZoom`, which then zooms the new one. */
export function activate(context: CommandContext, target: Target, keepZoom: boolean): void {
  const { session, link, window, pane } = target;
  if (pane !== window.active) keepingZoom(window, () => window.activate(pane), keepZoom);
  context.current = targetOf(session, link, pane);
}

export function selectLastPane(context: CommandContext, target: Target, keepZoom: boolean): void {
  const { window } = target;
  const [last = window.panes.length === 2 ? window.panes.find((each) => each !== window.active) : undefined] =
    window.lastPanes;
  if (!last) throw new CommandError('no last pane');
  activate(context, { ...target, pane: last }, keepZoom);
}
