import type { Pane } from '../model/pane.ts';
import type { Target } from '../model/target/find.ts';
import { placeFirstPane, unzoom } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { restoredFrom } from './restored.ts';
import { checkAssignments, isShell, spawnPane } from './spawn.ts';
import { expand, targetFrom } from './targets.ts';

export const respawnPane: Command = {
  name: 'respawn-pane',
  alias: 'respawnp',
  args: { flags: 'c:e:Ekt:', minimum: 0 },
  usage: '[-Ek] [-c start-directory] [-e environment] [-t target-pane] [shell-command]',
  async run(context, args) {
    const target = targetFrom(context, args, 'pane');
    const { session, link, pane } = target;
    if (!pane.dead && !args.has('k'))
      throw new CommandError(
        `respawn pane failed: pane ${session.name}:${link.index}.${pane.index} still active`,
      );
    await respawn(context, args, target, pane);
  },
};

export const respawnWindow: Command = {
  name: 'respawn-window',
  alias: 'respawnw',
  args: respawnPane.args,
  usage: '[-Ek] [-c start-directory] [-e environment] [-t target-window] [shell-command]',
  async run(context, args) {
    const target = targetFrom(context, args, 'window');
    const { session, link, window } = target;
    if (!args.has('k') && window.panes.some((pane) => !pane.dead))
      throw new CommandError(`respawn window failed: window ${session.name}:${link.index} still active`);
    unzoom(window);
    const [first, ...others] = window.panes;
    window.lastPanes = [];
    placeFirstPane(window, first!);
    for (const pane of others) {
      context.server.panes.delete(pane.id);
      await context.effects.kill(pane.uuid, { keep: false });
    }
    await respawn(context, args, { ...target, pane: first! }, first!);
  },
};

/** Starts a pane's program again: the given one, else the one it had; a shell gets what the last one had, but for -E. */
async function respawn(context: CommandContext, args: Arguments, target: Target, pane: Pane): Promise<void> {
  const { session } = target;
  const added = checkAssignments(args.values('e'));
  const environment = [
    ...Object.entries(pane.startEnvironment).map(([name, value]) => `${name}=${value}`),
    ...added,
  ];
  const words = args.words.length > 0 ? args.texts() : pane.startCommand;
  const given = args.has('c') ? expand(context, args.value('c')!, target) : undefined;
  const last = isShell(words) && !args.has('E') ? restoredFrom(session, pane, added) : undefined;
  const restored = last && { restored: given === undefined ? last : { ...last, cwd: '' } };
  await context.effects.kill(pane.uuid, { keep: true });
  const cwd = given ?? (last?.cwd || pane.startPath);
  pane.restored = false;
  pane.restoration = undefined;
  await spawnPane(context, session, pane, { words, cwd, environment, ...restored });
}
