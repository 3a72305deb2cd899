import { expandFormat } from '../model/format/expand.ts';
import type { Session, Winlink } from '../model/session.ts';
import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { formatOf, passes, targetFrom } from './targets.ts';

const PANE =
  '#{pane_index}: [#{pane_width}x#{pane_height}] [history #{history_size}/#{history_limit}] #{pane_id}#{?pane_active, (active),}#{?pane_dead, (dead),}';

export const listPanes: Command = {
  name: 'list-panes',
  alias: 'lsp',
  args: { flags: 'aF:f:st:', minimum: 0, maximum: 0 },
  usage: '[-as] [-F format] [-f filter] [-t target-window]',
  async run(context, args) {
    let links: { session: Session; link: Winlink }[];
    let otherwise = PANE;
    if (args.has('a')) {
      const sessions = [...context.server.sessions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      links = sessions.flatMap((session) => session.winlinks.map((link) => ({ session, link })));
      otherwise = `#{session_name}:#{window_index}.${PANE}`;
    } else if (args.has('s')) {
      const { session } = targetFrom(context, args, 'session');
      links = session.winlinks.map((link) => ({ session, link }));
      otherwise = `#{window_index}.${PANE}`;
    } else {
      const { session, link } = targetFrom(context, args, 'window');
      links = [{ session, link }];
    }
    for (const { session, link } of links) {
      await Promise.all(link.window.panes.map((pane) => context.effects.refreshStatus(pane)));
      link.window.panes.forEach((pane, line) => {
        const target = targetOf(session, link, pane);
        const format = formatOf(context, target, { kind: 'pane', extra: { line: String(line) } });
        if (passes(args.value('f'), format))
          context.print(expandFormat(format, args.value('F') ?? otherwise));
      });
    }
  },
};
