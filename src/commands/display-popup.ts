import type { AttachedClient, PopupOverlay } from '../model/client.ts';
import { percentage } from '../model/layout/named.ts';
import { Pane } from '../model/pane.ts';
import { popupBox } from '../model/popup.ts';
import type { Target } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { type Arguments, parseNumber } from './language/arguments.ts';
import { overlayPlace } from './overlay-place.ts';
import { commandTarget } from './prompt/open.ts';
import { overlayId } from './show-on-client.ts';
import { checkAssignments, spawnPane } from './spawn.ts';
import { clientFrom, expand, targetFrom } from './targets.ts';

const LINES = ['single', 'double', 'heavy', 'simple', 'rounded', 'padded', 'none'];

export const displayPopup: Command = {
  name: 'display-popup',
  alias: 'popup',
  args: { flags: 'Bb:Cc:d:e:Eh:s:S:t:T:w:x:y:', minimum: 0 },
  usage:
    '[-BCE] [-b border-lines] [-c target-client] [-d start-directory] [-e environment] [-h height] [-s style] [-S border-style] [-t target-pane] [-T title] [-w width] [-x position] [-y position] [shell-command]',
  async run(context, args) {
    const client = clientFrom(context, args, 'c');
    if (args.has('C')) {
      client.overlay = undefined;
      return undefined;
    }
    const target = targetFrom(context, args, 'pane');
    const pane = new Pane(-1, context.nextUuid(), target.window);
    const { overlay: shown } = client;
    // Taken up again after a restart: it is open, and only its end is waited for.
    const again = shown?.kind === 'popup' && shown.pane === pane.uuid ? shown : undefined;
    if (shown && !again) return undefined;
    const popup = again ?? describe(context, args, client, target, pane.uuid);
    if (!popup) return undefined;
    if (!again && !(await start(context, args, client, target, pane, popup))) return undefined;
    if (context.interactive) return { waitFor: popup };
    const closed = context.server.popupClosed.once((each) => each.pane === pane.uuid);
    const { status } = await context.waiting(closed);
    return status === 0 ? undefined : { status };
  },
};

/** The popup's state; undefined where the terminal has no room for it. */
function describe(
  context: CommandContext,
  args: Arguments,
  client: AttachedClient,
  target: Target,
  pane: string,
): PopupOverlay | undefined {
  const { options } = target.window;
  const lines = args.has('B') ? 'none' : (args.value('b') ?? options.text('popup-border-lines'));
  if (!LINES.includes(lines)) throw new CommandError(`popup-border-lines unknown value: ${lines}`);
  const rows = length(args.value('h'), 'height', client.rows);
  const cols = length(args.value('w'), 'width', client.cols);
  const least = lines === 'none' ? 1 : 3;
  if (cols < least || rows < least) return undefined;
  const expanded = (flag: string, otherwise: string) =>
    expand(context, args.value(flag) ?? otherwise, target, { client });
  return {
    kind: 'popup',
    id: overlayId(context),
    pane,
    title: expanded('T', ''),
    ...overlayPlace(context, args, target, client, { cols, rows }),
    cols,
    rows,
    lines,
    style: expanded('s', options.text('popup-style')),
    borderStyle: expanded('S', options.text('popup-border-style')),
    closes: args.count('E') > 1 ? 'success' : args.has('E') ? 'exit' : 'never',
    ended: false,
    rest: '',
    target: commandTarget(target),
  };
}

/** -w and -h: cells, or a share of the terminal; half of it unless said. */
function length(text: string | undefined, what: string, total: number): number {
  if (text === undefined) return Math.floor(total / 2);
  if (!text.endsWith('%')) return parseNumber(text, what, 1, total);
  const cells = percentage(text, total);
  if (cells === undefined) throw new CommandError(`${what} invalid`);
  if (cells > total) throw new CommandError(`${what} too large`);
  return Math.max(1, cells);
}

/** Starts the program and opens the popup on it; false where the client has left, or shows something else, meanwhile. */
async function start(
  context: CommandContext,
  args: Arguments,
  client: AttachedClient,
  target: Target,
  pane: Pane,
  popup: PopupOverlay,
): Promise<boolean> {
  const environment = checkAssignments(args.values('e'));
  const cwd = args.has('d') ? expand(context, args.value('d')!, target, { client }) : undefined;
  Object.assign(pane, popupBox(client, popup).inner);
  try {
    await spawnPane(context, target.session, pane, { words: args.texts(), cwd, environment });
  } catch (error) {
    throw new CommandError(`popup failed: ${(error as Error).message}`);
  }
  const free = context.server.clients.has(client.id) && !client.overlay;
  if (free) client.overlay = popup;
  else await context.effects.kill(pane.uuid, { keep: false });
  return free;
}
