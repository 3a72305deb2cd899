import type { Pane } from '../model/pane.ts';
import { targetOfPane } from '../model/target/find.ts';
import type { Window } from '../model/window.ts';
import { exchangePanes, keepingZoom, unzoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { targetFrom } from './targets.ts';

export const swapPane: Command = {
  name: 'swap-pane',
  alias: 'swapp',
  args: { flags: 'dDs:t:UZ', minimum: 0, maximum: 0 },
  usage: '[-dDUZ] [-s src-pane] [-t dst-pane]',
  run(context, args) {
    const { server } = context;
    const destination = targetFrom(context, args, 'pane');
    const to = destination.pane;
    let from: Pane;
    if (args.has('D') || args.has('U')) {
      const { panes } = to.window;
      const at = panes.indexOf(to) + (args.has('D') ? 1 : panes.length - 1);
      from = panes[at % panes.length]!;
    } else if (args.has('s')) from = targetFrom(context, args, 'pane', 's').pane;
    else if (server.marked) from = server.marked;
    else throw new CommandError('no marked target');
    if (from === to) return;
    const [source, target] = [from.window, to.window];
    const work = () => {
      if (source !== target) unzoom(source);
      exchangePanes(from, to);
      settle(source, target, from, to, args.has('d'));
    };
    keepingZoom(target, work, args.has('Z'));
    if (!args.has('d')) context.current = targetOfPane(server, target.active, destination.session);
  },
};

/** Which panes are active after two have changed places: the destination's, or with -d those at the active places. */
function settle(source: Window, target: Window, from: Pane, to: Pane, keepPlaces: boolean): void {
  if (source === target) {
    if (!keepPlaces) target.activate(to);
    else if (target.active === to) target.activate(from);
    return;
  }
  if (!keepPlaces || source.active === from) source.active = to;
  if (!keepPlaces || target.active === to) target.active = from;
  for (const window of [source, target])
    window.lastPanes = window.lastPanes.filter((pane) => pane.window === window && pane !== window.active);
}
