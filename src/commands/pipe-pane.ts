import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { expand, targetFrom } from './targets.ts';

export const pipePane: Command = {
  name: 'pipe-pane',
  alias: 'pipep',
  args: { flags: 'IOot:', minimum: 0, maximum: 1 },
  usage: '[-IOo] [-t target-pane] [shell-command]',
  async run(context, args) {
    const target = targetFrom(context, args, 'pane');
    const { pane } = target;
    if (pane.dead) throw new CommandError('target pane has exited');
    const wasOpen = pane.pipe !== undefined;
    if (wasOpen) {
      await context.effects.pipe(pane.uuid, undefined);
      pane.pipe = undefined;
    }
    const word = args.word(0);
    // -o opens a pipe only where there was none: one key then toggles it.
    if (word === undefined || word === '' || (args.has('o') && wasOpen)) return;
    const command = expand(context, word, target, {}, { time: true });
    const stdin = args.has('I');
    const pipe = { command, stdin, stdout: args.has('O') || !stdin };
    const env = context.server.environment.over({});
    const request = { ...pipe, op: context.nextOp(), pane: pane.uuid, cwd: target.session.cwd, env };
    // Before it begins: it may end as soon.
    pane.pipe = pipe;
    try {
      await context.effects.pipe(pane.uuid, request);
    } catch (error) {
      pane.pipe = undefined;
      throw error;
    }
  },
};
