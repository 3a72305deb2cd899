import { expandFormat } from '../model/format/expand.ts';
import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { formatOf, passes, targetFrom } from './targets.ts';

const SHORT = '#{window_name}#{window_raw_flags} (#{window_panes} panes) [#{window_width}x#{window_height}] ';
const OF_ALL = `#{session_name}:#{window_index}: ${SHORT}`;
const OF_SESSION = `#{window_index}: ${SHORT}[layout #{window_layout}] #{window_id}#{?window_active, (active),}`;

export const listWindows: Command = {
  name: 'list-windows',
  alias: 'lsw',
  args: { flags: 'aF:f:t:', minimum: 0, maximum: 0 },
  usage: '[-a] [-F format] [-f filter] [-t target-session]',
  run(context, args) {
    const all = args.has('a');
    const sessions = all
      ? [...context.server.sessions.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
      : [targetFrom(context, args, 'session').session];
    for (const session of sessions) {
      session.winlinks.forEach((link, line) => {
        const target = targetOf(session, link);
        const format = formatOf(context, target, { kind: 'window', extra: { line: String(line) } });
        if (!passes(args.value('f'), format)) return;
        context.print(expandFormat(format, args.value('F') ?? (all ? OF_ALL : OF_SESSION)));
      });
    }
  },
};
