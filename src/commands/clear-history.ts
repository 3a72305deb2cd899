import type { Command } from './command.ts';
import { targetFrom } from './targets.ts';

export const clearHistory: Command = {
  name: 'clear-history',
  alias: 'clearhist',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-pane]',
  async run(context, args) {
    await context.effects.clearHistory(targetFrom(context, args, 'pane').pane.uuid);
  },
};
