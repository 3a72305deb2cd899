import { expandFormat } from '../model/format/expand.ts';
import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { formatOf, targetFrom } from './targets.ts';

const FORMAT =
  '#{client_name}: #{session_name} [#{client_width}x#{client_height} #{client_termname}] ' +
  '#{?#{!=:#{client_uid},#{uid}},[user #{?client_user,#{client_user},#{client_uid},}] ,}#{?client_flags,(,}#{client_flags}#{?client_flags,),}';

export const listClients: Command = {
  name: 'list-clients',
  alias: 'lsc',
  args: { flags: 'F:t:', minimum: 0, maximum: 0 },
  usage: '[-F format] [-t target-session]',
  readOnly: true,
  run(context, args) {
    const { server } = context;
    const clients = args.has('t')
      ? server.clientsOf(targetFrom(context, args, 'session').session)
      : [...server.clients.values()];
    clients.forEach((client, line) => {
      const format = formatOf(context, targetOf(client.session), { client, extra: { line: String(line) } });
      context.print(expandFormat(format, args.value('F') ?? FORMAT));
    });
  },
};
