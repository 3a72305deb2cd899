import { expandFormat } from '../model/format/expand.ts';
import type { Command } from './command.ts';
import { formatOf, passes } from './targets.ts';

const FORMAT = '#{buffer_name}: #{buffer_size} bytes: "#{buffer_sample}"';

export const listBuffers: Command = {
  name: 'list-buffers',
  alias: 'lsb',
  args: { flags: 'F:f:', minimum: 0, maximum: 0 },
  usage: '[-F format] [-f filter]',
  run(context, args) {
    for (const buffer of context.server.buffers.all()) {
      const format = formatOf(context, undefined, { buffer });
      if (passes(args.value('f'), format)) context.print(expandFormat(format, args.value('F') ?? FORMAT));
    }
  },
};
