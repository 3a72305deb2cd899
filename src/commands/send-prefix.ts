import type { Command } from './command.ts';
import { awaitProgram, targetFrom } from './targets.ts';

export const sendPrefix: Command = {
  name: 'send-prefix',
  args: { flags: '2t:', minimum: 0, maximum: 0 },
  usage: '[-2] [-t target-pane]',
  async run(context, args) {
    const { session, pane } = targetFrom(context, args, 'pane');
    const key = session.options.text(args.has('2') ? 'prefix2' : 'prefix');
    await awaitProgram(context, pane);
    if (key !== 'None') await context.effects.sendKey(pane.uuid, key);
  },
};
