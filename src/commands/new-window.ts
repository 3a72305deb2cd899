import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { createWindow } from './create-window.ts';
import { placeFrom } from './place-window.ts';
import { checkAssignments } from './spawn.ts';
import { expand } from './targets.ts';

const PRINT_FORMAT = '#{session_name}:#{window_index}.#{pane_index}';

export const newWindow: Command = {
  name: 'new-window',
  alias: 'neww',
  args: { flags: 'abc:de:F:kn:PSt:', minimum: 0 },
  usage:
    '[-abdkPS] [-c start-directory] [-e environment] [-F format] [-n window-name] [-t target-window] [shell-command]',
  async run(context, args) {
    const place = placeFrom(context, args);
    const { session } = place;
    const name = args.has('n') ? expand(context, args.value('n')!) : undefined;
    if (args.has('S') && name !== undefined) {
      const named = session.winlinks.filter((link) => link.window.name === name);
      if (named.length > 1) throw new CommandError(`multiple windows named ${name}`);
      if (named[0]) {
        if (!args.has('d')) session.select(named[0]);
        context.current = targetOf(session, named[0]);
        return;
      }
    }
    const { link, pane } = await createWindow(context, session, {
      words: args.texts(),
      cwd: args.has('c') ? expand(context, args.value('c')!) : undefined,
      environment: checkAssignments(args.values('e')),
      index: place.index,
      name,
      replace: args.has('k'),
    });
    const target = targetOf(session, link, pane);
    if (!args.has('d')) {
      session.select(link);
      context.current = target;
    }
    if (args.has('P')) context.print(expand(context, args.value('F') ?? PRINT_FORMAT, target));
  },
};
