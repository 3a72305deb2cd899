import type { Pane } from '../model/pane.ts';
import { targetOf } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { parseNumber } from './language/arguments.ts';
import { showMessage } from './show-on-client.ts';
import { expand, optionalClient, optionalTarget, targetFrom } from './targets.ts';

const FORMAT =
  '[#{session_name}] #{window_index}:#{window_name}, current pane #{pane_index} - (%H:%M %d-%b-%y)';

export const displayMessage: Command = {
  name: 'display-message',
  alias: 'display',
  args: { flags: 'ac:d:INpt:F:v', minimum: 0, maximum: 1 },
  usage: '[-aINpv] [-c target-client] [-d delay] [-F format] [-t target-pane] [message]',
  readOnly: true,
  async run(context, args) {
    if (args.has('F') && args.word(0) !== undefined)
      throw new CommandError('only one of -F or argument must be given');
    if (args.has('I')) return showInput(context, targetFrom(context, args, 'pane').pane);
    const client = optionalClient(context, args, 'c');
    const target = optionalTarget(context, args, 'pane') ?? (client && targetOf(client.session));
    if (target) await context.effects.refreshStatus(target.pane);
    const format = args.value('F') ?? args.word(0) ?? FORMAT;
    const own = client && target && client.session === target.session ? client : context.client;
    const text = expand(context, format, target, { client: own ?? client }, { time: true });
    if (args.has('p')) context.print(text);
    else if (client) {
      const delay = args.has('d') ? parseNumber(args.value('d')!, 'delay', 0, 2 ** 31 - 1) : undefined;
      showMessage(context, client, text, delay);
    } else context.print(text);
  },
};

/** What the command line was given, or, where it comes bit by bit, the wish to be given it here. */
async function showInput(context: CommandContext, pane: Pane): Promise<undefined> {
  if (!pane.empty) throw new CommandError('pane is not empty');
  if (context.input === undefined) context.feed = pane.name;
  else await context.effects.print(pane.uuid, context.input);
}
