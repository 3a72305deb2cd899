import { strftime } from '../model/format/strftime.ts';
import type { Command } from './command.ts';

export const showMessages: Command = {
  name: 'show-messages',
  alias: 'showmsgs',
  args: { flags: 'JTt:', minimum: 0, maximum: 0 },
  usage: '[-JT] [-t target-client]',
  readOnly: true,
  run(context, args) {
    const { server } = context;
    if (args.has('T'))
      for (const { name, terminal } of server.clients.values())
        context.print(`Terminal ${terminal.term} for ${name}: ${terminal.features.join(',')}`);
    if (args.has('J'))
      for (const [command, job] of server.jobs)
        context.print(`Job: ${command}${job.running ? ' (running)' : ''}`);
    if (args.has('T') || args.has('J')) return;
    for (const { time, text } of server.messages) context.print(`${strftime('%H:%M:%S', time)}: ${text}`);
  },
};
