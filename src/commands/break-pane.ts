import { renameAutomatically } from '../model/automatic-rename.ts';
import type { Winlink } from '../model/session.ts';
import { targetOf } from '../model/target/find.ts';
import { placeFirstPane, removePane, unzoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { unlinkWindow } from './lifecycle.ts';
import { placeFrom } from './place-window.ts';
import { expand, targetFrom } from './targets.ts';

const PRINT_FORMAT = '#{session_name}:#{window_index}.#{pane_index}';

export const breakPane: Command = {
  name: 'break-pane',
  alias: 'breakp',
  args: { flags: 'abdPF:n:s:t:', minimum: 0, maximum: 0 },
  usage: '[-abdP] [-F format] [-n window-name] [-s src-pane] [-t dst-window]',
  async run(context, args) {
    const { server } = context;
    const source = targetFrom(context, args, 'pane', 's');
    const { window, pane } = source;
    const place = placeFrom(context, args);
    const { session } = place;
    const index = place.index ?? session.freeIndex();
    if (session.at(index)) throw new CommandError(`index in use: ${index}`);
    const name = args.has('n') ? expand(context, args.value('n')!, source) : undefined;
    let link: Winlink;
    if (window.panes.length === 1) {
      // A window's only pane takes its window along.
      link = session.link(window, index);
      if (name !== undefined) rename(window, name);
      await unlinkWindow(context, source.session, source.link);
    } else {
      unzoom(window);
      const made = server.newWindow(name ?? '', window.cols, window.rows);
      removePane(window, pane);
      placeFirstPane(made, pane);
      pane.options.parent = made.options;
      link = session.link(made, index);
      if (name === undefined) renameAutomatically(server, made);
      else rename(made, name);
    }
    const target = targetOf(session, link, pane);
    if (!args.has('d')) {
      session.select(link);
      context.current = target;
    }
    if (args.has('P')) context.print(expand(context, args.value('F') ?? PRINT_FORMAT, target));
  },
};

function rename(window: { name: string; options: { set(name: string, value: string): void } }, name: string) {
  window.name = name;
  window.options.set('automatic-rename', 'off');
}
