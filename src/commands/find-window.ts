import type { Command } from './command.ts';
import { quote } from './language/syntax.ts';

export const findWindow: Command = {
  name: 'find-window',
  alias: 'findw',
  args: { flags: 'CiNrt:TZ', minimum: 1, maximum: 1 },
  usage: '[-CiNrTZ] [-t target-pane] match-string',
  run(context, args) {
    const text = args.word(0)!;
    const modifier = `m${args.has('r') || args.has('i') ? `/${args.has('r') ? 'r' : ''}${args.has('i') ? 'i' : ''}` : ''}`;
    const pattern = args.has('r') ? text : `*${text}*`;
    const any = !args.has('N') && !args.has('T');
    const tests: string[] = [];
    if (any || args.has('N')) tests.push(`#{${modifier}:${pattern},#{window_name}}`);
    if (any || args.has('T')) tests.push(`#{${modifier}:${pattern},#{pane_title}}`);
    const filter = tests.reduce((left, right) => `#{||:${left},${right}}`);
    const zoom = args.has('Z') ? ' -Z' : '';
    return { next: context.parse(`choose-tree${zoom} -w -f ${quote(filter)}`) };
  },
};
