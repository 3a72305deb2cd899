import { renameAutomatically } from '../model/automatic-rename.ts';
import { findWindowPlace, targetOf } from '../model/target/find.ts';
import { placeFirstPane, removePane, unzoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { makeRoomAt } from './create-window.ts';
import { expand, targetFrom } from './targets.ts';

const PRINT_FORMAT = '#{session_name}:#{window_index}.#{pane_index}';

export const breakPane: Command = {
  name: 'break-pane',
  alias: 'breakp',
  args: { flags: 'abdPF:n:s:t:', minimum: 0, maximum: 0 },
  usage: '[-abdP] [-F format] [-n window-name] [-s src-pane] [-t dst-window]',
  run(context, args) {
    const { server } = context;
    const source = targetFrom(context, args, 'pane', 's');
    const { window, pane } = source;
    const place =
      args.has('a') || args.has('b') ? beside() : findWindowPlace(server, context, args.value('t'));
    const { session } = place;
    const index = place.index ?? session.freeIndex();
    const occupied = session.at(index);
    const name = args.has('n') ? expand(context, args.value('n')!, source) : undefined;
    let link: typeof source.link;
    if (window.panes.length === 1) {
      // A window's only pane takes its window along.
      if (occupied && occupied !== source.link) throw new CommandError(`index in use: ${index}`);
      if (session === source.session) {
        link = source.link;
        link.index = place.index ?? link.index;
        session.sort();
      } else {
        link = session.link(window, index);
        source.session.unlink(source.link);
      }
      if (name !== undefined) rename(window, name);
    } else {
      if (occupied) throw new CommandError(`index in use: ${index}`);
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

    function beside() {
      const { session, link: at } = targetFrom(context, args, 'window');
      const wanted = at.index + (args.has('b') ? 0 : 1);
      makeRoomAt(session, wanted);
      return { session, index: wanted };
    }
  },
};

function rename(window: { name: string; options: { set(name: string, value: string): void } }, name: string) {
  window.name = name;
  window.options.set('automatic-rename', 'off');
}
