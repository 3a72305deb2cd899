import type { Command } from './command.ts';
import { parseNumber } from './language/arguments.ts';
import { commandTarget } from './prompt/open.ts';
import { overlayId } from './show-on-client.ts';
import { clientFrom } from './targets.ts';

export const displayPanes: Command = {
  name: 'display-panes',
  alias: 'displayp',
  args: { flags: 'bd:Nt:', minimum: 0, maximum: 1, blocks: [0] },
  usage: '[-bN] [-d duration] [-t target-client] [template]',
  run(context, args) {
    const client = clientFrom(context, args);
    if (client.overlay) return undefined;
    const time = args.has('d')
      ? parseNumber(args.value('d')!, 'duration', 0, 2 ** 31 - 1)
      : client.session.options.number('display-panes-time');
    const overlay = {
      kind: 'pane-numbers' as const,
      id: overlayId(context),
      until: time === 0 ? 0 : context.server.now() + time,
      template: args.word(0) ?? 'select-pane -t "%%"',
      block: args.block(0) !== undefined,
      rest: '',
      target: commandTarget(context.current),
    };
    client.overlay = overlay;
    return args.has('b') ? undefined : { waitFor: overlay };
  },
};
