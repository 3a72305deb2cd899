import type { Pane } from '../model/pane.ts';
import { type Target, targetOf } from '../model/target/find.ts';
import { keepingZoom, splitPane, zoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { type Arguments, parseNumber } from './language/arguments.ts';
import { killPane } from './lifecycle.ts';
import { environmentFrom } from './restored.ts';
import { checkAssignments, openEmpty, spawnPane } from './spawn.ts';
import { expand, targetFrom } from './targets.ts';

const PRINT_FORMAT = '#{session_name}:#{window_index}.#{pane_index}';

export const splitWindow: Command = {
  name: 'split-window',
  alias: 'splitw',
  args: { flags: 'bc:de:EfF:hIl:p:Pt:vZ', minimum: 0 },
  usage:
    '[-bdEfhIPvZ] [-c start-directory] [-e environment] [-F format] [-l size] [-t target-pane] [shell-command]',
  async run(context, args) {
    const target = targetFrom(context, args, 'pane');
    const { session, link, window } = target;
    const environment = checkAssignments(args.values('e'));
    const kind = args.has('h') ? 'left-right' : 'top-bottom';
    const size = newPaneSize(context, args, target, args.has('f'), 'lines');
    const pane = context.server.newPane(context.nextUuid(), window);
    const before = args.has('b');
    const done = keepingZoom(
      window,
      () => {
        const fits = splitPane(window, target.pane, pane, { kind, size, before, full: args.has('f') });
        if (fits && !args.has('d')) window.activate(pane);
        return fits;
      },
      false,
    );
    if (!done) {
      context.server.withdrawPane(pane);
      throw new CommandError('no space for new pane');
    }
    const [first, ...others] = args.texts();
    const fed = args.has('I') && first === undefined;
    try {
      const empty = fed || (first === '' && others.length === 0);
      if (empty) await openEmpty(context, session, pane);
      else await startProgram(context, args, target, pane, environment);
    } catch (error) {
      await killPane(context, pane);
      throw new CommandError(`create pane failed: ${(error as Error).message}`);
    }
    if (fed) context.feed = pane.name;
    if (args.has('Z')) zoom(window, window.active);
    const made = targetOf(session, link, pane);
    if (!args.has('d')) context.current = made;
    if (args.has('P')) context.print(expand(context, args.value('F') ?? PRINT_FORMAT, made));
  },
};

async function startProgram(
  context: CommandContext,
  args: Arguments,
  target: Target,
  pane: Pane,
  environment: readonly string[],
): Promise<void> {
  const { session } = target;
  const cwd = args.has('c') ? expand(context, args.value('c')!, target) : await pathOf(context, target.pane);
  const beside = args.has('E') && (await environmentFrom(context, session, target.pane, environment));
  const restored = beside && { restored: beside };
  await spawnPane(context, session, pane, { words: args.texts(), cwd, environment, ...restored });
}

/** The folder of the pane that is split, where its shell is now; tmux takes the session's. */
async function pathOf({ effects }: CommandContext, pane: Pane): Promise<string | undefined> {
  if (pane.host !== '') return undefined;
  await effects.refreshStatus(pane).catch(() => {}); // its program has just ended: the last known folder counts
  return pane.path;
}

/**
 * -l cells or percent, or -p percent, of the pane or the window; undefined: half.
 * @param what the size's name in messages
 */
export function newPaneSize(
  context: CommandContext,
  args: Arguments,
  { window, pane }: Target,
  full: boolean,
  what: string,
): number | undefined {
  const axis = args.has('h') ? 'cols' : 'rows';
  const whole = full ? window[axis] : pane[axis];
  const percent = args.value('p');
  if (percent !== undefined) {
    if (!/^\d+$/.test(percent)) throw new CommandError('create pane failed: -p invalid');
    return Math.floor((whole * Number.parseInt(percent, 10)) / 100);
  }
  const text = args.has('l') ? expand(context, args.value('l')!) : undefined;
  if (text === undefined) return undefined;
  if (/^\d+%$/.test(text)) return Math.floor((whole * Number.parseInt(text, 10)) / 100);
  return parseNumber(text, what, 0, 2 ** 31 - 1);
}
