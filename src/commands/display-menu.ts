import type { MenuItem } from '../model/client.ts';
import type { FormatContext } from '../model/format/context.ts';
import { styledWidth } from '../model/format/text-width.ts';
import type { Target } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { overlayPlace } from './overlay-place.ts';
import { commandTarget } from './prompt/open.ts';
import { screenWords } from './screen-words.ts';
import { overlayId } from './show-on-client.ts';
import { clientFrom, expand, targetFrom } from './targets.ts';

export const displayMenu: Command = {
  name: 'display-menu',
  alias: 'menu',
  args: { flags: 'c:Ot:T:x:y:', minimum: 1, blocks: 'all' },
  usage:
    '[-O] [-c target-client] [-t target-pane] [-T title] [-x position] [-y position] name key command ...',
  async run(context, args) {
    const client = clientFrom(context, args, 'c');
    if (client.overlay) return;
    const target = targetFrom(context, args, 'pane');
    const extra = await screenWords(context, target, args.texts());
    const items = itemsOf(context, args, target, { client, extra });
    if (items.length === 0) return;
    const title = expand(context, args.value('T') ?? '', target, { client });
    const place = overlayPlace(context, args, target, client, sizeOf(title, items));
    client.overlay = {
      kind: 'menu',
      id: overlayId(context),
      title,
      items,
      selected: context.mouse ? -1 : items.findIndex(isChoice),
      ...place,
      target: commandTarget(target),
      mouse: context.mouse,
      stay: args.has('O'),
    };
  },
};

/** Names are formats: an empty one leaves its item out; '' as a word of its own is a separator. */
function itemsOf(
  context: CommandContext,
  args: Arguments,
  target: Target,
  about: Partial<FormatContext>,
): MenuItem[] {
  const items: MenuItem[] = [];
  for (let at = 0; at < args.words.length; ) {
    const name = args.word(at++)!;
    if (name === '') {
      if (items.length > 0 && items.at(-1)!.label !== '') items.push({ label: '', key: '', command: '' });
      continue;
    }
    const key = args.word(at++);
    const command = args.word(at++);
    if (key === undefined || command === undefined) throw new CommandError('not enough arguments');
    const label = expand(context, name, target, about);
    // Commands of items are formats too: `#{mouse_word}` is of now.
    if (label !== '') items.push({ label, key, command: expand(context, command, target, about) });
  }
  while (items.at(-1)?.label === '') items.pop();
  return items;
}

/** Whether an item can be chosen: no separator, and not shown dim by a leading '-'. */
export function isChoice(item: MenuItem): boolean {
  return item.label !== '' && !item.label.startsWith('-');
}

function sizeOf(title: string, items: readonly MenuItem[]): { cols: number; rows: number } {
  const widths = items.map((item) =>
    isChoice(item) && item.key !== ''
      ? styledWidth(item.label) + item.key.length + 3
      : styledWidth(item.label.replace(/^-/, '')),
  );
  return { cols: Math.max(styledWidth(title), ...widths) + 4, rows: items.length + 2 };
}
