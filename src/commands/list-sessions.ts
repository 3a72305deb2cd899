import { expandFormat } from '../model/format/expand.ts';
import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { formatOf, passes } from './targets.ts';

const FORMAT =
  '#{session_name}: #{session_windows} windows (created #{t:session_created})' +
  '#{?session_grouped, (group ,}#{session_group}#{?session_grouped,),}#{?session_attached, (attached),}';

export const listSessions: Command = {
  name: 'list-sessions',
  alias: 'ls',
  args: { flags: 'F:f:', minimum: 0, maximum: 0 },
  usage: '[-F format] [-f filter]',
  run(context, args) {
    const sessions = [...context.server.sessions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    sessions.forEach((session, line) => {
      const format = formatOf(context, targetOf(session), { kind: 'session', extra: { line: String(line) } });
      if (passes(args.value('f'), format)) context.print(expandFormat(format, args.value('F') ?? FORMAT));
    });
  },
};
